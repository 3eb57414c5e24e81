"""What is erased when its time is over: the plan, holds, the acts, and the certificates of what was destroyed."""
