// What happens in Redis in one atomic step. A limit is a sorted set of uses by their (latest) time; beside that of an API
// key is the moment until which it is blocked. All times are milliseconds on one clock: Redis' own, so that the
// clocks of those who share it need not agree. A clock that was set back shows in the scores: one that is later than any use
// can be was written before that, and does not count.

/** Milliseconds by which a use may lie ahead of now: twice the longest deadline, as restoring one takes a while. */
const HORIZON_MS = 240_000;

/** ARGV[1] is the time, or empty for Redis' own. */
const NOW = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
local firsts = {}
local function range(window)
  firsts[window] = firsts[window] or string.format('(%.17g', now - window)
  return firsts[window], string.format('%.17g', now + ${HORIZON_MS})
end
`;

/**
 * KEYS: of each limit, then where its API key is blocked (or none). ARGV: time, id, hold, then of each limit
 * its mode (c: count, l: look only, t: take), the number of its kind, how many windows it has, and limit and
 * milliseconds of each. Returns the waits of each kind, and for how long a limit is blocked. The write that takes
 * space comes first, because only that is refused by a Redis that is full.
 */
const RESERVE = `${NOW}
local id, hold = ARGV[2], tonumber(ARGV[3])
local waits, limits, blocked, at = {0, 0, 0}, {}, 0, 4
while at <= #ARGV do
  local limit = { key = KEYS[#limits + 1], mode = ARGV[at], wait = 0, longest = 0 }
  local kind, windows = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  at = at + 3
  for _ = 1, windows do
    local most, window = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
    at = at + 2
    limit.longest = math.max(limit.longest, window)
    local first, last = range(window)
    local excess = redis.call('ZCOUNT', limit.key, first, last) + 1 - most
    if excess > 0 then
      local leaver = redis.call('ZRANGEBYSCORE', limit.key, first, last, 'WITHSCORES', 'LIMIT', excess - 1, 1)
      limit.wait = math.max(limit.wait, math.min(tonumber(leaver[2] or now), now) + window - now)
    end
  end
  limits[#limits + 1] = limit
  waits[kind] = math.max(waits[kind], limit.wait)
end
if KEYS[#limits + 1] then
  blocked = math.max(0, tonumber(redis.call('GET', KEYS[#limits + 1]) or 0) - now)
  waits[3] = math.max(waits[3], blocked)
end
local free = waits[1] + waits[2] + waits[3] == 0
for _, limit in ipairs(limits) do
  local atMs = limit.mode == 'c' and limit.wait == 0 and now or limit.mode == 't' and free and now + hold
  if atMs then
    redis.call('ZADD', limit.key, atMs, id)
    redis.call('ZREMRANGEBYSCORE', limit.key, '-inf', now - limit.longest)
    redis.call('PEXPIRE', limit.key, math.ceil(math.max(redis.call('PTTL', limit.key), limit.longest + hold)))
  end
end
return { tostring(waits[1]), tostring(waits[2]), tostring(waits[3]), tostring(blocked) }
`;

/** KEYS: of each use. ARGV: time, then id, milliseconds until it is used, and longest window of each. */
const COMMIT = `${NOW}
for index, key in ipairs(KEYS) do
  local id, ahead, longest = ARGV[3 * index - 1], tonumber(ARGV[3 * index]), tonumber(ARGV[3 * index + 1])
  redis.call('ZADD', key, now + ahead, id)
  redis.call('PEXPIRE', key, math.ceil(math.max(redis.call('PTTL', key), ahead + longest)))
end
`;

/** KEYS: of each limit. ARGV: time, id. */
const RELEASE = `
for _, key in ipairs(KEYS) do
  redis.call('ZREM', key, ARGV[2])
end
`;

/** KEYS: of a limit. ARGV: time, then the milliseconds of each window. Returns how much of each is taken. */
const COUNT = `${NOW}
local counts = {}
for index = 2, #ARGV do
  local first, last = range(ARGV[index])
  counts[index - 1] = redis.call('ZCOUNT', KEYS[1], first, last)
end
return counts
`;

/** KEYS: where an API key is blocked. ARGV: time, milliseconds. */
const BLOCK = `${NOW}
if tonumber(redis.call('GET', KEYS[1]) or 0) < now + ARGV[2] then
  redis.call('SET', KEYS[1], string.format('%.3f', now + ARGV[2]), 'PX', math.ceil(ARGV[2]))
end
`;

/** Lua, by name. */
export const SCRIPTS = {
  limitsReserve: RESERVE,
  limitsCommit: COMMIT,
  limitsRelease: RELEASE,
  limitsCount: COUNT,
  limitsBlock: BLOCK,
} as const;
