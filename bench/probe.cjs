// Loaded into a program that is measured: reports to its parent what it has used, and on demand how much is alive
// after a collection of garbage.
process.on('message', (wanted) => {
  if (wanted === 'usage') {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    process.send({
      cpuMicroseconds: userCPUTime + systemCPUTime,
      peakBytes: maxRSS * 1024,
      residentBytes: process.memoryUsage.rss(),
    });
    return;
  }
  globalThis.gc();
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) {
    resources[name] = (resources[name] ?? 0) + 1;
  }
  const { heapUsed, rss } = process.memoryUsage();
  process.send({ heapUsed, rss, resources });
});
process.channel?.unref();
