"""Grounding (GIFT4Code): instructions whose input-output specification was executed and checked."""
