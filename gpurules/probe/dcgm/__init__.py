"""DCGM's wire protocol as a probe needs it: layouts as data, messages, a conversation without input or output."""
