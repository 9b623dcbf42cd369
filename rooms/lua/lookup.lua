-- Say what became of ids that may have been committed before.
-- KEYS  as in log.lua
-- ARGV  1 channel  2… ids
-- returns for each id "r epoch seq tag at\n<outcome>" or ""
-- include: log
local out = {}
for i = 2, #ARGV do
  local kept = known(ARGV[i])
  out[#out + 1] = kept and ('r ' .. kept) or ''
end
return out
