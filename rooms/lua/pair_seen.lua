-- Put away what fell due and was seen to, unless it was rung or written again meanwhile.
-- KEYS  1 due
-- ARGV  1 what fell due  2 the end of the lease it was taken for  3 when to look again ("" not at all)
-- returns 1 when it was put away
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not at or tonumber(at) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] ~= '' then redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) else redis.call('ZREM', KEYS[1], ARGV[1]) end
return 1
