package io.ipamrepair.cni;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What plugins hold, as they know it from etcd's answers: each address from the revision at which
 * its block was written to the one at which the plugin freed it. Safe for several threads.
 */
public final class Book {
  private final Map<String, List<Holding>> byHandle = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> losses = new ConcurrentLinkedQueue<>();

  /** An address that a plugin got. */
  public static final class Holding {
    private static final long NEVER = Long.MAX_VALUE;

    private final Cidr block;
    private final IpAddress address;
    private final String handle;
    private final long since;
    private volatile long until = NEVER;

    private Holding(Cidr block, IpAddress address, String handle, long since) {
      this.block = block;
      this.address = address;
      this.handle = handle;
      this.since = since;
    }

    Cidr block() {
      return block;
    }

    IpAddress address() {
      return address;
    }

    String handle() {
      return handle;
    }

    /** The revision from which on it is held. */
    long since() {
      return since;
    }

    /** The revision from which on it need not be held any more. */
    long until() {
      return until;
    }

    boolean isOpen() {
      return until == NEVER;
    }

    @Override
    public String toString() {
      return address + " of " + handle + " since revision " + since;
    }
  }

  void assigned(Cidr block, IpAddress address, String handle, long at) {
    byHandle
        .computeIfAbsent(handle, none -> new ArrayList<>())
        .add(new Holding(block, address, handle, at));
  }

  /** The plugin freed what a handle has in a block. */
  void freed(String handle, Cidr block, long at) {
    byHandle.getOrDefault(handle, List.of()).stream()
        .filter(holding -> holding.isOpen() && holding.block.equals(block))
        .forEach(holding -> holding.until = at);
  }

  /**
   * The plugin died: nobody uses what the handle has, and whoever finds it may free it.
   *
   * @param last the revision of the plugin's last write, 0 when it wrote nothing
   */
  void abandoned(String handle, long last) {
    byHandle.getOrDefault(handle, List.of()).stream()
        .filter(Holding::isOpen)
        .forEach(holding -> holding.until = Math.max(holding.since, last) + 1);
  }

  /** The plugin was to free what a handle has, and did not find it. */
  void missed(String handle, String why) {
    byHandle.getOrDefault(handle, List.of()).stream()
        .filter(Holding::isOpen)
        .forEach(holding -> losses.add(holding + ": " + why));
  }

  /** All that was ever held. */
  public List<Holding> holdings() {
    return byHandle.values().stream().flatMap(List::stream).toList();
  }

  /** What plugins held and did not find when they were to free it: lost allocations. */
  public List<String> losses() {
    return List.copyOf(losses);
  }
}
