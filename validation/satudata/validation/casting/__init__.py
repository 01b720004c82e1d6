"""Text into exact typed values, led by the contract. Nothing is guessed and no decimal is ever a float."""
