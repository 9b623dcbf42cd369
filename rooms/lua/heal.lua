-- Append entries a node still has and the log has lost, if the log still ends where the node thinks.
-- On the same tail the same ids give the same tags, so nobody who saw them notices. Dedupe keys come back too.
-- KEYS  as in log.lua
-- ARGV  1 channel  2 expected epoch  3 expected seq  4 expected tag  5 dedupe window (ms), then for each entry, oldest
--       first: id, kind, author, at, body, outcome, "" | "edit" | "redact", target id, amended body
-- returns {"healed" | "moved", epoch, seq, tag} the tail now; epoch "" when the room has no meta
-- include: log
local tail = tail_or('')
if tail.epoch ~= ARGV[2] or tail.seq ~= tonumber(ARGV[3]) or tail.tag ~= ARGV[4] then
  return {'moved', tail.epoch, tostring(tail.seq), tail.tag}
end
local now, window = engine_now(), tonumber(ARGV[5])
for i = 6, #ARGV, 9 do
  if redis.call('HEXISTS', IDS, ARGV[i]) == 0 then
    local at = tonumber(ARGV[i + 3])
    local e = {id = ARGV[i], kind = ARGV[i + 1], author = ARGV[i + 2], at = at, body = ARGV[i + 4],
               outcome = ARGV[i + 5], keep = math.min(at + window - now, window)}
    if ARGV[i + 6] ~= '' then
      e.target = ARGV[i + 7]
      if ARGV[i + 6] == 'edit' then e.amended = ARGV[i + 8] end
    end
    append(tail, e)
  end
end
return {'healed', tail.epoch, tostring(tail.seq), tail.tag}
