package io.ipamrepair.source;

import io.ipamrepair.etcd.EarlierValue;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.show.KeyHistory;
import io.ipamrepair.show.KeyHistory.Beginning;
import io.ipamrepair.show.KeyHistory.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads what keys held before, step by step from each write to the one before it, until the first
 * write or the compaction. Reads only; a few small requests for each key.
 */
public final class LiveHistory {
  private final Etcd etcd;
  private final int most;

  /** The newest revision that is known to be compacted; compaction only ever goes forward. */
  private long compacted;

  /**
   * A history.
   *
   * @param most how many versions of a key are read, 1 or more
   */
  public LiveHistory(Etcd etcd, int most) {
    this.etcd = etcd;
    this.most = most;
  }

  /**
   * The versions of {@code key} up to {@code revision}.
   *
   * @throws EtcdException when etcd cannot be read
   */
  public KeyHistory of(Bytes key, long revision) throws EtcdException {
    List<Version> versions = new ArrayList<>();
    long at = revision;
    while (versions.size() < most) {
      if (at <= compacted) {
        return new KeyHistory(key, versions, Beginning.COMPACTED);
      }
      EarlierValue read = etcd.getAt(key, at);
      if (read instanceof EarlierValue.Found found) {
        KeyValue content = found.content();
        versions.add(new Version(content.modRevision(), Optional.of(content.value())));
        at = content.modRevision() - 1;
      } else if (read instanceof EarlierValue.Compacted) {
        compacted = at;
      } else {
        OptionalLong deleted = deletion(key, at);
        if (deleted.isEmpty()) {
          boolean unknown = versions.isEmpty() && compacted > 0;
          return new KeyHistory(key, versions, unknown ? Beginning.COMPACTED : Beginning.CREATED);
        }
        versions.add(new Version(deleted.getAsLong(), Optional.empty()));
        at = deleted.getAsLong() - 1;
      }
    }
    return new KeyHistory(key, versions, Beginning.CUT);
  }

  /**
   * The revision at which {@code key} was deleted, if it was there before {@code absent}, at which
   * it is not. Looks 1, 2, 4, 8… revisions back until the key is there or the revision compacted,
   * then halves what lies between. So it finds the last life of the key where that was at least as
   * long as the time since; a shorter one it may miss.
   */
  private OptionalLong deletion(Bytes key, long absent) throws EtcdException {
    long gone = absent;
    long before = absent - 1;
    for (long step = 2; isAbsent(key, before); step *= 2) {
      gone = before;
      before = absent - step;
    }
    while (gone - before > 1) {
      long middle = before + (gone - before) / 2;
      if (isAbsent(key, middle)) {
        gone = middle;
      } else {
        before = middle;
      }
    }
    return before > compacted ? OptionalLong.of(gone) : OptionalLong.empty();
  }

  /** Whether etcd says that there was no key; what is compacted it does not say. */
  private boolean isAbsent(Bytes key, long revision) throws EtcdException {
    if (revision <= compacted) {
      return false;
    }
    EarlierValue read = etcd.getAt(key, revision);
    if (read instanceof EarlierValue.Compacted) {
      compacted = revision;
    }
    return read instanceof EarlierValue.Absent;
  }
}
