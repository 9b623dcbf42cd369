-- Keep one sanction, once; and nothing that is none. The lists are those of ladder.py and sanctions.py (a test compares):
-- a reason that is no offence, or a proof with any label that is not on the list, is refused whoever sends it, so that
-- what a person said about themselves cannot become a reason here either.
-- KEYS  1 the person's sanctions (hash)
-- ARGV  1 the sanction, JSON   2 how many sanctions the decision has taken into account   3 milliseconds to keep them,
--       empty: for good
-- returns made | repeated | stale (somebody decided meanwhile: read again) | taken (the case led to one already) |
--       refused
local STEPS = {notice = true, slow = true, mute = true, suspension = true, ban = true}
local REASONS = {harassment = true, hate = true, threat = true, sexual = true, grooming = true, probing = true,
  encouraging_harm = true, selling = true, scam = true, spam = true, doxxing = true, impersonation = true,
  evasion = true}
local OFFENCES = {harassment = true, hate = true, threat = true, sexual = true, grooming = true, probing = true,
  off_platform = true, encourage = true, ['eating.promotion'] = true, ['drugs.dealing'] = true, spam = true,
  doxxing = true, impersonation = true}
local FIELDS = {id = true, step = true, reason = true, case = true, labels = true, room = true, at = true,
  ['until'] = true, decided_by = true, appeal = true, heard_by = true}

local readable, given = pcall(cjson.decode, ARGV[1])
if not readable or type(given) ~= 'table' or type(given.labels) ~= 'table' then return 'refused' end
for field in pairs(given) do
  if not FIELDS[field] then return 'refused' end
end
if not (STEPS[given.step] and REASONS[given.reason]) or type(given.id) ~= 'string' then return 'refused' end
if type(given.case) ~= 'string' or given.case == '' or given.appeal ~= 'none' then return 'refused' end
for _, label in pairs(given.labels) do
  if not OFFENCES[label] then return 'refused' end
end

if redis.call('HEXISTS', KEYS[1], given.id) == 1 then return 'repeated' end
local known = redis.call('HVALS', KEYS[1])
for _, row in ipairs(known) do
  local past = cjson.decode(row)
  if past.case == given.case and past.appeal ~= 'lifted' then return 'taken' end
end
if #known ~= tonumber(ARGV[2]) then return 'stale' end

local left = redis.call('PTTL', KEYS[1]) -- -2 where there is nothing, -1 where it is kept for good
redis.call('HSET', KEYS[1], given.id, ARGV[1])
if ARGV[3] == '' then
  redis.call('PERSIST', KEYS[1])
elseif left == -2 or (left >= 0 and left < tonumber(ARGV[3])) then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 'made'
