"""Organisations that let their people be certified. Only KSF creates them (domain.md)."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database import Base, Identified


class Organisation(Identified, Base):
    """An employer: a member of KSF or not, supplying examiners or not."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    is_member: Mapped[bool] = mapped_column(default=False)
    supplies_examiners: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
