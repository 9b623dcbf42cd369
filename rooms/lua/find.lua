-- Read single entries by id, amendments applied. Changes nothing.
-- KEYS  as in log.lua
-- ARGV  1 channel  2… ids
-- returns {epoch, row or "" for each id}; a row: {seq, tag, at, "id kind author", body}
-- include: log
local out = {redis.call('HGET', META, 'epoch') or ''}
for i = 2, #ARGV do
  local seq = redis.call('HGET', IDS, ARGV[i])
  local r = seq and row(seq)
  out[#out + 1] = r and {seq, r.tag, r.at, r.who, r.body} or ''
end
return out
