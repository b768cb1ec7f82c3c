package io.ipamrepair.cni;

import io.ipamrepair.cidr.Cidr;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Nodes on which pods start and stop without rest: each worker does one operation after the other.
 * Some operations stop for long between two writes, some never end: their plugin died.
 */
public final class PodTraffic implements AutoCloseable {
  private final Clock clock = Clock.systemUTC();
  private final URI endpoint;
  private final CniPlugin.Site site;
  private final Temper temper;
  private final long seed;
  private final List<String> nodes;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> workers = new ArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final SortedMap<String, LongAdder> operations = new ConcurrentSkipListMap<>();
  private final Queue<Pause> pauses = new ConcurrentLinkedQueue<>();
  private final ConcurrentHashMap<String, Queue<Pod>> alive = new ConcurrentHashMap<>();
  private final AtomicInteger names = new AtomicInteger();
  private final KeyStore intruder;

  /**
   * How plugins behave.
   *
   * @param pausing of the places between two writes, the share at which a plugin stops for long
   * @param shortest how long that is at least
   * @param longest how long at most
   * @param dying the share of operations that never end
   * @param pods how many pods a worker keeps alive, about
   */
  public record Temper(
      double pausing, Duration shortest, Duration longest, double dying, int pods) {}

  /** A long stop between two writes, in {@link System#nanoTime()}. */
  public record Pause(long from, long to) {}

  /**
   * Sets plugins to work.
   *
   * @param nodes by name, with how many workers each; the first fifth of them have one, which never
   *     pauses
   */
  public PodTraffic(
      URI endpoint,
      CniPlugin.Site site,
      Temper temper,
      List<String> nodes,
      int workersPerNode,
      long seed) {
    this.endpoint = endpoint;
    this.site = site;
    this.temper = temper;
    this.seed = seed;
    this.nodes = List.copyOf(nodes);
    this.intruder = new KeyStore(endpoint);
    for (int index = 0; index < nodes.size(); index++) {
      String node = nodes.get(index);
      alive.put(node, new ConcurrentLinkedQueue<>());
      // One that never pauses does the work of many.
      boolean fast = index < nodes.size() / 5;
      for (int number = 0; number < (fast ? 1 : workersPerNode); number++) {
        Worker worker =
            new Worker(node, fast, number == 0, new Random(seed * 31 + index * 1009L + number));
        workers.add(threads.submit(worker));
      }
    }
  }

  /** How many operations were done, by kind. */
  public SortedMap<String, Long> operations() {
    SortedMap<String, Long> counts = new TreeMap<>();
    operations.forEach((kind, count) -> counts.put(kind, count.sum()));
    return counts;
  }

  /** All long stops that have ended. */
  public List<Pause> pauses() {
    return List.copyOf(pauses);
  }

  /** A pod starts in {@code block}, at once and without a pause; false when the block is full. */
  public boolean intrude(Cidr block) {
    int number = names.incrementAndGet();
    String node = nodes.get(number % nodes.size());
    Pod pod = pod(node, number);
    Draws draws = Draws.of(clock, new Random(seed + number));
    boolean started =
        new CniPlugin(node, intruder, site, draws, Pauses.NONE).startIn(block, pod).isPresent();
    if (started) {
      alive.get(node).add(pod);
      count("intrusion");
    }
    return started;
  }

  private void count(String kind) {
    operations.computeIfAbsent(kind, none -> new LongAdder()).increment();
  }

  private static Pod pod(String node, int number) {
    return new Pod(
        "rivals",
        "app-" + number,
        node,
        String.format("%064x", number),
        "default",
        new TreeMap<>(),
        "ee:ee:ee:ee:ee:ee");
  }

  /**
   * Lets every plugin end what it is at, without further pauses.
   *
   * @throws AssertionError when a plugin failed
   */
  @Override
  public void close() throws Exception {
    closing.countDown();
    threads.shutdown();
    for (Future<?> worker : workers) {
      worker.get(2, TimeUnit.MINUTES);
    }
    intruder.close();
  }

  private final class Worker implements Runnable {
    private final String node;
    private final boolean fast;
    private final boolean keepsTunnel;
    private final Random random;
    private final List<Pod> leftBehind = new ArrayList<>();
    private boolean tunnel;

    Worker(String node, boolean fast, boolean keepsTunnel, Random random) {
      this.node = node;
      this.fast = fast;
      this.keepsTunnel = keepsTunnel;
      this.random = random;
    }

    @Override
    public void run() {
      try (KeyStore store = new KeyStore(endpoint)) {
        while (closing.getCount() > 0) {
          try {
            next(store);
          } catch (PluginDied died) {
            count("died");
          }
        }
      }
    }

    private void next(KeyStore store) {
      int dice = random.nextInt(100);
      if (dice < 3) {
        releaseOne(store, false);
      } else if (dice < 7) {
        releaseOne(store, true);
      } else if (dice < 9 && keepsTunnel && !fast) {
        toggleTunnel(store);
      } else if (dice < 13 && !leftBehind.isEmpty()) {
        cleanUp(store);
      } else if (alive.get(node).size() < random.nextInt(2 * temper.pods())) {
        start(store);
      } else {
        stop(store);
      }
    }

    private CniPlugin plugin(KeyStore store, boolean dies) {
      Draws live = Draws.of(clock, random);
      return new CniPlugin(
          node,
          store,
          site,
          dies ? new LongAgo(live) : live,
          new Stops(dies ? 1 + random.nextInt(4) : Integer.MAX_VALUE));
    }

    private boolean dies() {
      return random.nextDouble() < temper.dying();
    }

    private void start(KeyStore store) {
      Pod pod = pod(node, names.incrementAndGet());
      if (dies()) {
        leftBehind.add(pod);
        plugin(store, true).start(pod);
        // It found no address before it could die.
        count("start: no address");
      } else {
        started(store, pod);
      }
    }

    private void started(KeyStore store, Pod pod) {
      boolean found = plugin(store, false).start(pod).isPresent();
      count(found ? "start" : "start: no address");
      if (found) {
        alive.get(node).add(pod);
      }
    }

    private void stop(KeyStore store) {
      Pod pod = alive.get(node).poll();
      if (pod == null) {
        return;
      }
      if (dies()) {
        leftBehind.add(pod);
        plugin(store, true).stop(pod);
      } else {
        plugin(store, false).stop(pod);
      }
      count("stop");
    }

    /**
     * What a dead plugin left is cleaned away, or its pod starts after all, under its old handle.
     */
    private void cleanUp(KeyStore store) {
      Pod pod = leftBehind.remove(random.nextInt(leftBehind.size()));
      boolean starts = random.nextBoolean() && store.get(Keys.endpoint(pod)).isEmpty();
      if (starts) {
        started(store, pod);
      } else {
        plugin(store, false).stop(pod);
        count("cleaned up");
      }
    }

    private void releaseOne(KeyStore store, boolean mustBeEmpty) {
      List<KeyStore.Stored> affinities = store.list(Keys.affinities(node));
      if (!affinities.isEmpty()) {
        Cidr cidr = Keys.cidr(affinities.get(random.nextInt(affinities.size())).key());
        plugin(store, dies()).releaseBlock(cidr, mustBeEmpty);
        count(mustBeEmpty ? "release of an empty block" : "release of a block");
      }
    }

    private void toggleTunnel(KeyStore store) {
      CniPlugin plugin = plugin(store, false);
      if (tunnel) {
        plugin.releaseTunnelAddress();
        tunnel = false;
      } else {
        tunnel = plugin.assignTunnelAddress().isPresent();
      }
      count("tunnel address");
    }

    /** The pauses of one operation. */
    private final class Stops implements Pauses {
      private final int last;
      private int seen;

      Stops(int last) {
        this.last = last;
      }

      @Override
      public void between(String operation, String next) {
        seen++;
        // One that is to die leaves an address of long ago: no pod may come to use it.
        boolean atTheEnd = last < Integer.MAX_VALUE && next.startsWith(Keys.ENDPOINTS);
        if (seen >= last || atTheEnd) {
          throw new PluginDied();
        }
        if (!fast && random.nextDouble() < temper.pausing()) {
          pause();
        }
      }

      private void pause() {
        long range = temper.longest().minus(temper.shortest()).toMillis();
        long millis = temper.shortest().toMillis() + random.nextInt((int) range + 1);
        long from = System.nanoTime();
        try {
          if (!closing.await(millis, TimeUnit.MILLISECONDS)) {
            pauses.add(new Pause(from, System.nanoTime()));
          }
        } catch (InterruptedException interrupted) {
          throw new IllegalStateException(interrupted);
        }
      }
    }
  }

  /** An hour ago, as far as people can see: what is left behind may be freed at once. */
  private record LongAgo(Draws live) implements Draws {
    @Override
    public Instant assignedAt() {
      return live.assignedAt().minus(Duration.ofHours(1));
    }

    @Override
    public Instant claimedAt() {
      return live.claimedAt();
    }

    @Override
    public long sequence() {
      return live.sequence();
    }

    @Override
    public Instant createdAt() {
      return live.createdAt();
    }

    @Override
    public String uid() {
      return live.uid();
    }
  }
}
