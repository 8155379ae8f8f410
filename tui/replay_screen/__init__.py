"""The dashboard of a night that is past: the live one's panels, fed by replay."""
