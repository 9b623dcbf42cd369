-- One step of an appeal, if it still stands where it was read; and never by the person who decided.
-- KEYS  1 the person's sanctions (hash)
-- ARGV  1 id   2 the appeal's state as it was read   3 the sanction after the step, JSON
-- returns 1 when it was written, 0 when it stands elsewhere by now, -1 when it may not be
local row = redis.call('HGET', KEYS[1], ARGV[1])
if not row then return 0 end
local before, after = cjson.decode(row), cjson.decode(ARGV[3])
if before.appeal ~= ARGV[2] then return 0 end
for _, field in ipairs({'id', 'step', 'reason', 'case', 'room', 'decided_by'}) do
  if before[field] ~= after[field] then return -1 end
end
if after.appeal ~= 'open' and (type(after.heard_by) ~= 'string' or after.heard_by == before.decided_by) then return -1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
