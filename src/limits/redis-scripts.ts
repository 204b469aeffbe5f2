// What happens in Redis at one stroke. A log is a sorted set of uses by their (latest) time, beside it
// the moment until which it is shut; a hold is a string "holder until". All times are milliseconds on
// one clock: Redis' own, so that the clocks of those who share it need not agree.

/** ARGV[1] is the time, or empty for Redis' own. */
const NOW = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
`;

/** KEYS: log, shut. ARGV: time, id, forMs, then limit and windowMs of each window. Answers two waits in ms: all in all, and for a shut log. */
const TAKE = `${NOW}
local shut = math.max(0, tonumber(redis.call('GET', KEYS[2]) or 0) - now)
local wait = shut
local longest = 0
for i = 4, #ARGV, 2 do
  longest = math.max(longest, tonumber(ARGV[i + 1]))
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
for i = 4, #ARGV, 2 do
  local limit, window = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local after = string.format('(%.17g', now - window)
  local excess = redis.call('ZCOUNT', KEYS[1], after, '+inf') + 1 - limit
  if excess > 0 then
    local leaver = redis.call('ZRANGEBYSCORE', KEYS[1], after, '+inf', 'WITHSCORES', 'LIMIT', excess - 1, 1)
    wait = math.max(wait, math.min(tonumber(leaver[2] or now), now) + window - now)
  end
end
if wait > 0 then
  return { tostring(wait), tostring(shut) }
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], math.ceil(longest + ARGV[3]))
return { '0', '0' }
`;

/** KEYS: log. ARGV: time, longestMs, then id and usedInMs of each use. A use that is told twice counts once. */
const USE = `${NOW}
local last = 0
for i = 3, #ARGV, 2 do
  redis.call('ZADD', KEYS[1], now + ARGV[i + 1], ARGV[i])
  last = math.max(last, tonumber(ARGV[i + 1]))
end
redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(redis.call('PTTL', KEYS[1]), last + ARGV[2])))
`;

/** KEYS: log. ARGV: time, then each windowMs. Answers how many places of each are taken. */
const COUNT = `${NOW}
local counts = {}
for i = 2, #ARGV do
  counts[i - 1] = redis.call('ZCOUNT', KEYS[1], string.format('(%.17g', now - ARGV[i]), '+inf')
end
return counts
`;

/** KEYS: shut. ARGV: time, forMs. */
const SHUT = `${NOW}
if tonumber(redis.call('GET', KEYS[1]) or 0) < now + ARGV[2] then
  redis.call('SET', KEYS[1], string.format('%.3f', now + ARGV[2]), 'PX', math.ceil(ARGV[2]))
end
`;

const HELD_BY = `
local function heldBy(key)
  local holder, till = string.match(redis.call('GET', key) or '', '^(%S+) (%S+)$')
  if holder and tonumber(till) > now then
    return holder, tonumber(till)
  end
end
`;

/** KEYS: keys. ARGV: time, holder, forMs. Answers the ms left of the key held longest, 0 when all are taken now. */
const HOLD = `${NOW}${HELD_BY}
local left = 0
for _, key in ipairs(KEYS) do
  local _, till = heldBy(key)
  left = math.max(left, (till or now) - now)
end
if left == 0 then
  for _, key in ipairs(KEYS) do
    redis.call('SET', key, ARGV[2] .. ' ' .. string.format('%.3f', now + ARGV[3]), 'PX', math.ceil(ARGV[3]))
  end
end
return tostring(left)
`;

/** KEYS: keys. ARGV: time, then holder and forMs of each key. */
const KEEP = `${NOW}${HELD_BY}
for index, key in ipairs(KEYS) do
  local wanted, forMs = ARGV[2 * index], ARGV[2 * index + 1]
  local holder = heldBy(key)
  if not holder or holder == wanted then
    redis.call('SET', key, wanted .. ' ' .. string.format('%.3f', now + forMs), 'PX', math.ceil(forMs))
  end
end
`;

/** KEYS: keys. ARGV: time, holder. */
const RELEASE = `${NOW}${HELD_BY}
for _, key in ipairs(KEYS) do
  if heldBy(key) == ARGV[2] then
    redis.call('DEL', key)
  end
end
`;

/** Lua, by name. */
export const SCRIPTS = {
  limitsTake: TAKE,
  limitsUse: USE,
  limitsCount: COUNT,
  limitsShut: SHUT,
  limitsHold: HOLD,
  limitsKeep: KEEP,
  limitsRelease: RELEASE,
} as const;
