// Loaded into a gateway that is measured: tells its parent how much is alive, after a collection of garbage.
process.on('message', () => {
  globalThis.gc();
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) {
    resources[name] = (resources[name] ?? 0) + 1;
  }
  const { heapUsed, rss } = process.memoryUsage();
  process.send({ heapUsed, rss, resources });
});
process.channel?.unref();
