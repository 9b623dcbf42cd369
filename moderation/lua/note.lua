-- Note something that is no step of a case.
-- KEYS  1 trail (stream)  2 its head (hash seq, mac)
-- ARGV  1 seal  2 at, milliseconds  3 did  4 case  5 by  6 of  7 why
-- returns the sequence of the entry
-- include: trail
return note(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7])
