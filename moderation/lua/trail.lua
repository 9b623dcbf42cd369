-- Included by every script that notes something: the audit trail, one chained entry at a time.
-- Entry seq holds mac = keyed(mac of the one before .. line); the key is the server's, so whoever changes the engine
-- without it leaves a break. What is kept of a case is ids, words of our own and times, never anybody's words.
local function note(trail, head, seal, at, did, case, by, of, why)
  local last = redis.call('HMGET', head, 'seq', 'mac')
  local seq, before = (tonumber(last[1]) or 0) + 1, last[2] or ''
  local line = table.concat({seq, at, did, case, by, of, why}, ' ')
  local mac = redis.sha1hex(seal .. redis.sha1hex(seal .. before .. ' ' .. line))
  redis.call('XADD', trail, seq .. '-0', 'at', at, 'did', did, 'case', case, 'by', by, 'of', of, 'why', why, 'mac', mac)
  redis.call('HSET', head, 'seq', seq, 'mac', mac)
  return seq
end
