package io.ipamrepair.etcd;

import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A lease that is kept alive for as long as this process lives: what was put with it goes soon
 * after the process dies. That it is kept is an effort and no promise, for a process may be stopped
 * for longer than the lease lives, so whoever relies on a key with a lease compares that key in
 * each transaction.
 */
public final class KeptLease implements AutoCloseable {
  private final Endpoints endpoints;
  private final long id;
  private final ScheduledExecutorService keeper;

  private KeptLease(Endpoints endpoints, long id, Duration ttl) {
    this.endpoints = endpoints;
    this.id = id;
    this.keeper =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "ipam-repair-lease");
              thread.setDaemon(true);
              return thread;
            });
    long third = ttl.toMillis() / 3;
    keeper.scheduleWithFixedDelay(this::keep, third, third, TimeUnit.MILLISECONDS);
  }

  /** Asks for a lease; one whose answer is lost holds nothing, and ends by itself. */
  static KeptLease granted(Endpoints endpoints, Duration ttl) throws CallFailed {
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(ttl.toSeconds()).build();
    long id = endpoints.keep(Rpc.LEASE_GRANT, request).getID();
    return new KeptLease(endpoints, id, ttl);
  }

  private void keep() {
    try {
      endpoints.keep(Rpc.LEASE_KEEP_ALIVE, LeaseKeepAliveRequest.newBuilder().setID(id).build());
    } catch (CallFailed failed) {
      // Tried again in a third of its life. That it is lost shows where its key is compared.
      log("keeping lease", failed);
    }
  }

  private static void log(String what, CallFailed failed) {
    System.getLogger(KeptLease.class.getName())
        .log(System.Logger.Level.INFO, "{0}: {1}", what, failed.failure().line());
  }

  /** Its number in etcd. */
  public long id() {
    return id;
  }

  /** Lets go of it, and of what was put with it; where etcd stays away it ends by itself. */
  @Override
  public void close() {
    keeper.shutdownNow();
    try {
      endpoints.keep(Rpc.LEASE_REVOKE, LeaseRevokeRequest.newBuilder().setID(id).build());
    } catch (CallFailed failed) {
      log("revoking lease", failed);
    }
  }
}
