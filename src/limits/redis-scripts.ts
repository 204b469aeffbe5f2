// What happens in Redis in one atomic step. A limit is a sorted set of uses by their (latest) time; beside that of an API
// key is the moment until which it is blocked. The attempts of an order are a hash: by id, the (latest) time at which each may
// send emails, its outcome, and a record that never changes. All times are whole milliseconds on one clock: Redis' own, so that
// the clocks of those who share it need not agree. A clock that was set back shows in the times: one that is later than any
// can be was written before that, and does not count.
import { AGREE_ON_CLOCK } from './redis-clock';

/** Milliseconds by which a use may lie ahead of now: twice the longest deadline, as restoring one takes a while. */
const HORIZON_MS = 240_000;

/**
 * Milliseconds for which keys that stop emails or the quota outlive what they say, so that a clock set forward by an hour does not
 * make Redis forget them.
 */
const SPARE_MS = 7_200_000;

/**
 * ARGV[1] is the time; or empty for Redis' own; or what to add to that, what time it has to be then, and by how many milliseconds
 * it may differ: where it does, nothing is done. See `redis-clock.ts`.
 */
const NOW = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = math.floor(time[1] * 1000 + time[2] / 1000)
  local offset, expected, tolerance = string.match(ARGV[1], '^(%S+) (%S+) (%S+)')
  if offset then
    now = now + offset
    if math.abs(now - expected) > tonumber(tolerance) then
      return redis.error_reply('CLOCKSET Redis was set to another time.')
    end
  end
end
local function range(window)
  return '(' .. now - window, now + ${HORIZON_MS}
end
`;

/** ARGV, after the time: cool-down and milliseconds to remember. What `attempts.ts` does with an order's attempts, done here. */
const ATTEMPTS = `
local cooldown, remember = tonumber(ARGV[2]), tonumber(ARGV[3])
local function readAttempts(key)
  local attempts, hasLast, fields = {}, {}, redis.call('HGETALL', key)
  for index = 1, #fields, 2 do
    local at, known, outcome, record = string.match(fields[index + 1], '^(%S+) ((%S+) (.*))$')
    local attempt = { id = fields[index], at = tonumber(at), known = known, record = record, sent = outcome ~= 'NOT_SENT' }
    if attempt.at > now + ${HORIZON_MS} then
      attempt.at = now - cooldown
    end
    attempts[#attempts + 1] = attempt
  end
  -- The latest first.
  table.sort(attempts, function(one, other)
    return one.at > other.at
  end)
  for _, attempt in ipairs(attempts) do
    local age, sent = now - attempt.at, attempt.sent
    attempt.cooling = sent and age < cooldown
    attempt.kept = attempt.cooling or age >= 0 and not hasLast[sent] and age < (sent and remember or cooldown)
    hasLast[sent] = hasLast[sent] or age >= 0
  end
  return attempts
end
local function toReply(attempt)
  return attempt and { attempt.id, attempt.at .. ' ' .. attempt.known }
end
local function forgetEnded(key)
  local keepFor = 0
  for _, each in ipairs(readAttempts(key)) do
    if each.kept then
      keepFor = math.max(keepFor, each.at - now + (each.sent and remember or cooldown))
    else
      redis.call('HDEL', key, each.id)
    end
  end
  redis.call('PEXPIRE', key, math.ceil(keepFor + ${SPARE_MS}))
end
`;

/**
 * KEYS: of what is asked. ARGV: time, cool-down, milliseconds to remember, id, hold, whether what has room is taken, the attempt's
 * outcome and record, and what is asked, as `RedisStore` writes it. Returns the wait of each kind, the time, and the attempt behind that
 * of a recipient. The write that takes space comes first, because only that is refused by a Redis that is full.
 */
const RESERVE = `${NOW}${ATTEMPTS}
local id, hold, isTaken, known, asks = ARGV[4], tonumber(ARGV[5]), ARGV[6] == '1', ARGV[7], cjson.decode(ARGV[8])

local function waitForRoom(key, windows)
  local wait = 0
  for _, window in ipairs(windows) do
    local first, last = range(window.windowMs)
    local excess = redis.call('ZCOUNT', key, first, last) + 1 - window.limit
    if excess > 0 then
      local leaver = redis.call('ZRANGEBYSCORE', key, first, last, 'WITHSCORES', 'LIMIT', excess - 1, 1)
      wait = math.max(wait, math.min(tonumber(leaver[2] or now), now) + window.windowMs - now)
    end
  end
  return wait
end
local function hasMark(attempt, marks)
  for _, mark in ipairs(cjson.decode(attempt.record).marks) do
    if marks[mark] then
      return true
    end
  end
end
local function findConflict(key, conflictsWith)
  local marks = {}
  for _, mark in ipairs(conflictsWith) do
    marks[mark] = true
  end
  for _, attempt in ipairs(cooldown > 0 and readAttempts(key) or {}) do
    if attempt.cooling and hasMark(attempt, marks) then
      return attempt
    end
  end
end
local function take(key, at, longest, keepFor)
  redis.call('ZADD', key, at, id)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - longest)
  redis.call('PEXPIRE', key, math.max(redis.call('PTTL', key), longest + keepFor))
end

local waits, total, cause = {}, 0, nil
for _, ask in ipairs(asks) do
  local wait = 0
  if ask.windows then
    wait = waitForRoom(ask.key, ask.windows)
  elseif ask.conflictsWith then
    cause = findConflict(ask.key, ask.conflictsWith)
    wait = cause and math.min(cause.at, now) + cooldown - now or 0
  else
    wait = math.max(0, tonumber(redis.call('GET', ask.key) or 0) - now)
  end
  -- A release before this one wrote fractions.
  waits[ask.kind] = math.ceil(wait)
  total = total + wait
end
for _, ask in ipairs(asks) do
  -- Without windows nothing is limited.
  if ask.kind == 'caller' and ask.longest > 0 and waits.caller == 0 then
    take(ask.key, now, ask.longest, hold)
  elseif ask.kind == 'digicert' and ask.longest > 0 and isTaken and total == 0 then
    take(ask.key, now + hold, ask.longest, hold + ${SPARE_MS})
  elseif ask.kind == 'recipient' and isTaken and total == 0 then
    redis.call('HSET', ask.key, id, now + hold .. ' ' .. known)
    forgetEnded(ask.key)
  end
end
return { cjson.encode(waits), now, toReply(cause) }
`;

/**
 * KEYS: one for each change. ARGV: time, cool-down, milliseconds to remember, then of each its kind, the id, in how many milliseconds
 * it is made (empty: never), and of a use the longest window, of an attempt outcome and record.
 */
const WRITE = `${NOW}${ATTEMPTS}
for index, key in ipairs(KEYS) do
  local kind, id, ahead, value = unpack(ARGV, 4 * index, 4 * index + 3)
  local at = now + (tonumber(ahead) or 0)
  if kind == 'block' then
    if tonumber(redis.call('GET', key) or 0) < at then
      redis.call('SET', key, at, 'PX', ahead)
    end
  elseif ahead == '' then
    redis.call(kind == 'use' and 'ZREM' or 'HDEL', key, id)
  elseif kind == 'use' then
    redis.call('ZADD', key, at, id)
    redis.call('PEXPIRE', key, math.max(redis.call('PTTL', key), ahead + value))
  else
    redis.call('HSET', key, id, at .. ' ' .. value)
  end
  -- Once for all attempts of an order, which come one after the other: there may be very many.
  if kind == 'attempt' and KEYS[index + 1] ~= key then
    forgetEnded(key)
  end
end
`;

/** KEYS: of an order's attempts. ARGV: time, cool-down, milliseconds to remember. Returns the time, then each attempt. */
const GET_ATTEMPTS = `${NOW}${ATTEMPTS}
local found = { now }
for _, attempt in ipairs(readAttempts(KEYS[1])) do
  found[#found + 1] = toReply(attempt)
end
return found
`;

/** KEYS: of a limit. ARGV: time, two that are not used, then the milliseconds of each window. Returns how much of each is taken. */
const COUNT = `${NOW}
local counts = {}
for index = 4, #ARGV do
  local first, last = range(ARGV[index])
  counts[index - 3] = redis.call('ZCOUNT', KEYS[1], first, last)
end
return counts
`;

/**
 * KEYS: one that is free. Does once what the other scripts do, each command of theirs, so that what would not work is found before
 * Redis is relied on. What takes space comes first here, too. Returns by which policy Redis may remove keys, if it may: `unknown`
 * where INFO is not allowed.
 */
const TRY = `
local key = KEYS[1]
for _, command in ipairs({
  { 'SET', key, '', 'PX', 1000 }, { 'GET', key }, { 'PEXPIRE', key, 0 },
  { 'ZADD', key, 1, 'a' }, { 'ZCOUNT', key, 0, 1 }, { 'ZRANGEBYSCORE', key, 0, 1 },
  { 'ZREMRANGEBYSCORE', key, 2, 3 }, { 'PTTL', key }, { 'ZREM', key, 'a' },
  { 'HSET', key, 'a', '' }, { 'HGETALL', key }, { 'HDEL', key, 'a' }, { 'TIME' }
}) do
  local reply = redis.pcall(unpack(command))
  if type(reply) == 'table' and reply.err then
    return redis.error_reply(reply.err .. ' (' .. command[1] .. ')')
  end
end
local memory = redis.pcall('INFO', 'memory')
if type(memory) == 'table' then
  return { 'unknown' }
end
local policy = string.match(memory, 'maxmemory_policy:(%S+)')
return { policy ~= 'noeviction' and not string.find(memory, 'maxmemory:0%s') and policy or nil }
`;

/** Lua, by name. */
export const SCRIPTS = {
  limitsReserve: RESERVE,
  limitsWrite: WRITE,
  limitsCount: COUNT,
  limitsAttempts: GET_ATTEMPTS,
  limitsAgreeOnClock: AGREE_ON_CLOCK,
  limitsTry: TRY,
} as const;
