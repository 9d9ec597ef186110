"""`--together A,B`: a service judged by what the service before it makes of our records, both running at once."""
