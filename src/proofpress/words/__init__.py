"""What pages say by themselves, in the language of each: catalogues, their plurals, and how dates and numbers are written."""
