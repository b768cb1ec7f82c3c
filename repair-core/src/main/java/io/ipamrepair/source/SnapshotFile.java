package io.ipamrepair.source;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.KeyValueRecord;
import io.ipamrepair.etcd.RecordFormatException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A snapshot as {@code etcdctl snapshot save} writes it: etcd's database and behind it the SHA-256
 * of its bytes. Its state is the newest revision of each key that is not deleted.
 *
 * <p>The file is read in place and must not change meanwhile.
 */
public final class SnapshotFile implements FileSource {
  /** etcd's own test for whether there is a check sum: pages are multiples of it. */
  private static final int SECTOR = 512;

  private static final int CHECKSUM = 32;
  private static final int CHUNK = 1 << 20;

  private final Origin.Snapshot origin;
  private final MappedFile file;
  private final BoltFile database;
  private final Bytes prefix;
  private final List<KeyRange> ranges = new KeyLayout().ranges();

  private SnapshotFile(Origin.Snapshot origin, MappedFile file, BoltFile database, Bytes prefix) {
    this.origin = origin;
    this.file = file;
    this.database = database;
    this.prefix = prefix;
  }

  /**
   * Opens a snapshot and verifies its check sum, for which it is read once from end to end.
   *
   * @param name the file as it was given, for messages
   * @param prefix what stands before every key of Calico's; empty where etcd is not shared
   * @throws SourceException when it cannot be read or is damaged
   */
  public static SnapshotFile open(Path path, String name, Bytes prefix) throws SourceException {
    return open(path, name, prefix, MappedFile.STANDARD);
  }

  static SnapshotFile open(Path path, String name, Bytes prefix, MappedFile.Windows windows)
      throws SourceException {
    Origin.Snapshot origin = new Origin.Snapshot(name);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw SourceException.unreadable(origin.words(), new IOException("it is no regular file"));
    }
    try (FileChannel channel = FileChannel.open(path)) {
      long length = verified(channel, origin.words());
      MappedFile file = MappedFile.of(channel, origin.words(), length, windows);
      return new SnapshotFile(origin, file, BoltFile.open(file), prefix);
    } catch (IOException unreadable) {
      throw SourceException.unreadable(origin.words(), unreadable);
    }
  }

  /** The length of the database in front of its check sum, which fits. */
  private static long verified(FileChannel channel, String source)
      throws IOException, SourceException {
    long size = channel.size();
    if (size % SECTOR != CHECKSUM || size == CHECKSUM) {
      String found = size + " bytes";
      if (size > 0 && size % SECTOR == 0) {
        found += ": a database without check sum, as in a member's folder";
      }
      throw SourceException.damaged(
          source, "what etcdctl snapshot save writes, pages and a check sum", found);
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    MessageDigest digest = sha256();
    long left = size - CHECKSUM;
    while (left > 0) {
      chunk.clear().limit((int) Math.min(CHUNK, left));
      left -= read(channel, chunk, source);
      digest.update(chunk.flip());
    }
    ByteBuffer checksum = ByteBuffer.allocate(CHECKSUM);
    while (checksum.hasRemaining()) {
      read(channel, checksum, source);
    }
    byte[] content = digest.digest();
    if (!MessageDigest.isEqual(content, checksum.array())) {
      throw SourceException.damaged(
          source,
          "content with the SHA-256 that stands at its end, " + beginning(checksum.array()),
          beginning(content) + ": it was cut or changed");
    }
    return size - CHECKSUM;
  }

  private static String beginning(byte[] digest) {
    return HexFormat.of().formatHex(digest, 0, 8) + "…";
  }

  private static int read(FileChannel channel, ByteBuffer into, String source)
      throws IOException, SourceException {
    int read = channel.read(into);
    if (read < 0) {
      throw SourceException.damaged(
          source, "a file that stays as it is", "one that became shorter");
    }
    return read;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public <T> AtRevision<T> forEach(Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws SourceException {
    History history = history();
    T result = fresh.get();
    // What was handed over need not be kept here.
    for (Map.Entry<Bytes, Long> next = history.live().pollFirstEntry();
        next != null;
        next = history.live().pollFirstEntry()) {
      sink.accept(result, keyValue(next.getKey(), database.entry(next.getValue())));
    }
    return new AtRevision<>(history.revision(), result);
  }

  /**
   * What became of Calico's keys.
   *
   * @param revision the newest revision
   * @param live where the newest record of each key is that is not deleted
   */
  private record History(long revision, NavigableMap<Bytes, Long> live) {}

  private History history() throws SourceException {
    NavigableMap<Bytes, Long> live = new TreeMap<>();
    Revision[] newest = {new Revision(0, 0, false)};
    BoltFile.Entry records =
        database
            .bucket("key")
            .orElseThrow(() -> file.damaged("etcd's database", "one without the bucket 'key'"));
    database.forEach(
        records,
        entry -> {
          Revision revision = revision(database.key(entry));
          if (revision.compareTo(newest[0]) <= 0) {
            throw file.damaged("a revision behind " + newest[0], revision.toString());
          }
          newest[0] = revision;
          Optional<Bytes> key = calicoKey(entry);
          if (key.isPresent() && revision.tombstone()) {
            live.remove(key.get());
          } else if (key.isPresent()) {
            live.put(key.get(), entry.at());
          }
        });
    return new History(Math.max(newest[0].main(), compacted()), live);
  }

  /**
   * The revision up to which history was compacted. When the last writes were deletions, compaction
   * leaves nothing of them, and this is the newest revision, for etcd too.
   */
  private long compacted() throws SourceException {
    long[] revision = {0};
    Optional<BoltFile.Entry> meta = database.bucket("meta");
    if (meta.isPresent()) {
      database.forEach(
          meta.get(),
          entry -> {
            String name = Bytes.of(array(database.key(entry))).display();
            if (name.equals("finishedCompactRev") || name.equals("scheduledCompactRev")) {
              revision[0] = Math.max(revision[0], revision(database.value(entry)).main());
            }
          });
    }
    return revision[0];
  }

  /** The key of a record without the prefix, if it is one that is read. */
  private Optional<Bytes> calicoKey(BoltFile.Entry entry) throws SourceException {
    try {
      Bytes key = KeyValueRecord.key(database.value(entry));
      return Optional.of(key)
          .filter(each -> each.startsWith(prefix))
          .map(each -> each.from(prefix.length()))
          .filter(each -> ranges.stream().anyMatch(range -> range.contains(each)));
    } catch (RecordFormatException damaged) {
      throw noRecord(entry, damaged);
    }
  }

  private KeyValue keyValue(Bytes key, BoltFile.Entry entry) throws SourceException {
    KeyValue read;
    try {
      read = KeyValueRecord.read(database.value(entry));
    } catch (RecordFormatException damaged) {
      throw noRecord(entry, damaged);
    }
    Revision revision = revision(database.key(entry));
    if (read.modRevision() != revision.main()) {
      throw file.damaged(
          "key " + key + " as of revision " + revision, "as of " + read.modRevision());
    }
    return new KeyValue(
        key, read.value(), read.createRevision(), read.modRevision(), read.version());
  }

  private SourceException noRecord(BoltFile.Entry entry, RecordFormatException damaged)
      throws SourceException {
    return file.damaged(
        "a key and its value at revision " + revision(database.key(entry)), damaged.getMessage());
  }

  private static byte[] array(ByteBuffer buffer) {
    byte[] array = new byte[buffer.remaining()];
    buffer.get(array);
    return array;
  }

  /**
   * A revision: a transaction and the place of a write in it.
   *
   * @param tombstone whether the write was a deletion
   */
  private record Revision(long main, long sub, boolean tombstone) implements Comparable<Revision> {
    @Override
    public int compareTo(Revision other) {
      int byMain = Long.compare(main, other.main);
      return byMain != 0 ? byMain : Long.compare(sub, other.sub);
    }

    @Override
    public String toString() {
      return main + "." + sub;
    }
  }

  /** Eight bytes, an underscore, eight bytes, and a {@code t} for a deletion; big-endian. */
  private Revision revision(ByteBuffer bytes) throws SourceException {
    ByteBuffer numbers = bytes.order(ByteOrder.BIG_ENDIAN);
    int size = numbers.remaining();
    boolean tombstone = size == 18 && numbers.get(17) == 't';
    if (size != 17 && !tombstone || numbers.get(8) != '_') {
      throw file.damaged("a revision as key of a record", "another key of " + size + " bytes");
    }
    return new Revision(numbers.getLong(0), numbers.getLong(9), tombstone);
  }
}
