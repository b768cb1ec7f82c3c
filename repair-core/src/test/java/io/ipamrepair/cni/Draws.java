package io.ipamrepair.cni;

import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

/** What a plugin takes from its clock and from chance. */
public interface Draws {
  /** When a block is claimed. */
  Instant claimedAt();

  /** The first sequence number of a block. */
  long sequence();

  /** When an address is assigned. */
  Instant assignedAt();

  /** When an endpoint is written. */
  Instant createdAt();

  /** An endpoint's UID. */
  String uid();

  /** Of a clock, as Calico takes them; UIDs are those of {@code random}. */
  static Draws of(Clock clock, Random random) {
    return new Draws() {
      @Override
      public Instant claimedAt() {
        return clock.instant();
      }

      @Override
      public long sequence() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
      }

      @Override
      public Instant assignedAt() {
        return clock.instant();
      }

      @Override
      public Instant createdAt() {
        return clock.instant();
      }

      @Override
      public String uid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
      }
    };
  }
}
