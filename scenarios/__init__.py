"""Ask: exam schemes and scenario packs as data, and the pure rules of a sitting."""
