package io.ipamrepair.faults;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Something that goes wrong once, at the {@code at}th boundary of its kind: a call to etcd, or a
 * write or force of the journal's file. Boundaries are counted where gRPC and H2 pass them, not
 * placed by hand.
 */
public final class Fault {
  /** What happens. */
  public enum Manner {
    /** The call never leaves this machine. */
    REFUSED(Place.CALL),
    /** The call reaches etcd, and its answer does not come back. */
    ANSWER_LOST(Place.CALL),
    /** The caller hears that the deadline has passed; the call reaches etcd some calls later. */
    LATE(Place.CALL),
    /** The process ends before the call. */
    DIES_BEFORE_CALL(Place.CALL),
    /** The call reaches etcd, and the process ends before it hears of it. */
    DIES_AFTER_CALL(Place.CALL),
    /** The disk refuses the write or the force. */
    DISK_FAILS(Place.DISK),
    /** Half of what is written gets there; then the disk is full, and stays so. */
    DISK_FULL(Place.DISK),
    /** Half of what is written gets there, and the process ends. */
    DIES_IN_WRITE(Place.DISK),
    /** The process ends before the write or force. */
    DIES_BEFORE_DISK(Place.DISK),
    /** The process ends behind the write or force. */
    DIES_AFTER_DISK(Place.DISK),
    /** The machine goes down before the write or force: what was not forced yet is lost. */
    POWER_FAILS(Place.DISK),
    /** The same, but of what was not forced some writes have got there, in any order. */
    POWER_FAILS_PARTLY(Place.DISK);

    private static final Set<Manner> SURVIVED =
        EnumSet.of(REFUSED, ANSWER_LOST, LATE, DISK_FAILS, DISK_FULL);

    private final Place place;

    Manner(Place place) {
      this.place = place;
    }

    /** Which boundaries it strikes at. */
    public Place place() {
      return place;
    }

    /** Whether what was not forced to the disk is at stake. */
    public boolean cutsPower() {
      return this == POWER_FAILS || this == POWER_FAILS_PARTLY;
    }

    /** Whether the process ends. */
    public boolean kills() {
      return !SURVIVED.contains(this);
    }
  }

  /** Where boundaries are. */
  public enum Place {
    CALL,
    DISK
  }

  /** The end of a process, as far as this one can play it. */
  public static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final Manner manner;
  private final int at;
  private final Runnable death;
  private final AtomicInteger passed = new AtomicInteger();
  private volatile boolean struck;
  private volatile boolean dead;

  private Fault(Manner manner, int at, Runnable death) {
    this.manner = manner;
    this.at = at;
    this.death = death;
  }

  /** A fault whose death is played: from then on nothing of this process gets anywhere. */
  public static Fault played(Manner manner, int at) {
    return new Fault(
        manner,
        at,
        () -> {
          throw new Died();
        });
  }

  /** A fault whose death is that of this process, by {@code death}, which does not come back. */
  public static Fault real(Manner manner, int at, Runnable death) {
    return new Fault(manner, at, death);
  }

  /** No fault: it only counts. */
  public static Fault none() {
    return played(Manner.REFUSED, Integer.MAX_VALUE);
  }

  public Manner manner() {
    return manner;
  }

  /** Which boundary of its kind it strikes at, from 1. */
  public int at() {
    return at;
  }

  /** Whether its boundary was reached. */
  public boolean struck() {
    return struck;
  }

  /** Whether the process that is played has ended. */
  public boolean dead() {
    return dead;
  }

  /** One more boundary of {@code place}; whether it is the one. */
  boolean isHere(Place place) {
    boolean here = place == manner.place() && passed.incrementAndGet() == at;
    struck |= here;
    return here;
  }

  /** The process ends. */
  void die() {
    dead = true;
    death.run();
  }

  @Override
  public String toString() {
    return manner + " at " + at;
  }
}
