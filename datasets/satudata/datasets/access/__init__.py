"""Who may do what: the acting `Principal` and the one table behind `can()`."""
