-- Put an id aside: no entry is made, and a repeat of it is answered with this outcome. Or give it back.
-- KEYS  as in log.lua
-- ARGV  1 channel  2 id  3 outcome, "" to give the id back  4 how long it stays so (ms)  5 "1": also over an earlier one
-- returns "k - 0 - at" put aside or given back | "r epoch seq tag at\n<outcome>" it is there already (a place "- 0 -":
--         it was put aside before)
-- include: log
local id, kept = ARGV[2], known(ARGV[2])
local aside = kept and string.sub(kept, 1, 2) == '- '
if kept and not (aside and ARGV[5] == '1') then return 'r ' .. kept end
local now = string.format('%.0f', engine_now())
if ARGV[3] == '' then
  redis.call('DEL', DEDUPE .. id)
else
  redis.call('SET', DEDUPE .. id, '- 0 - ' .. now .. '\n' .. ARGV[3], 'PX', ARGV[4])
end
return 'k - 0 - ' .. now
