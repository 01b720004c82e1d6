"""Publishing as the API shows it: uploads, submissions, reports, reviews, and the mutations that move them on."""
