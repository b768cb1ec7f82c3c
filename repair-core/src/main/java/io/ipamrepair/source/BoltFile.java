package io.ipamrepair.source;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Optional;

/**
 * The database file of etcd (bbolt, format 2), read only: pages that make up trees, one per bucket.
 * A page begins with its number (8 bytes), kind (2), count of elements (2), and how many further
 * pages it goes on over (4). Elements of a branch page point to pages; those of a leaf page hold a
 * key and a value, or a bucket.
 *
 * <p>The file is data from elsewhere: every number in it is checked before it is followed.
 */
final class BoltFile {
  private static final int HEADER = 16;
  private static final int ELEMENT = 16;
  private static final int BRANCH = 0x01;
  private static final int LEAF = 0x02;
  private static final int BUCKET = 0x01;

  /** The two first pages are the meta pages; no tree has them. */
  private static final long FIRST_PAGE = 2;

  /** bbolt's trees have a few levels; a deeper one is damaged. */
  private static final int DEEPEST = 64;

  private final MappedFile file;
  private final Meta meta;

  private BoltFile(MappedFile file, Meta meta) {
    this.file = file;
    this.meta = meta;
  }

  /**
   * A meta page: which tree is the present one.
   *
   * @param pageSize in bytes
   * @param root the first page of the tree of buckets
   * @param pages how many pages there are
   * @param transaction the transaction that wrote it; of two meta pages the younger one holds
   */
  private record Meta(int pageSize, long root, long pages, long transaction) {
    private static final int LENGTH = 64;
    private static final long MAGIC = 0xED0CDAEDL;
    private static final long VERSION = 2;
    private static final int SMALLEST_PAGE = 512;
    private static final int LARGEST_PAGE = 1 << 16;

    /** The meta page at {@code at}, if there is a whole one. */
    static Optional<Meta> read(MappedFile file, long at) throws SourceException {
      long start = at + HEADER;
      if (start + LENGTH > file.length()) {
        return Optional.empty();
      }
      long pageSize = file.uint32(start + 8);
      boolean whole =
          file.uint32(start) == MAGIC
              && file.uint32(start + 4) == VERSION
              && Long.bitCount(pageSize) == 1
              && pageSize >= SMALLEST_PAGE
              && pageSize <= LARGEST_PAGE
              && file.int64(start + 56) == fnv1a(file.slice(start, 56));
      return whole
          ? Optional.of(
              new Meta(
                  (int) pageSize,
                  file.int64(start + 16),
                  file.int64(start + 40),
                  file.int64(start + 48)))
          : Optional.empty();
    }

    /** The hash that bbolt protects its meta pages with. */
    private static long fnv1a(ByteBuffer bytes) {
      long hash = 0xcbf29ce484222325L;
      while (bytes.hasRemaining()) {
        hash = (hash ^ Byte.toUnsignedLong(bytes.get())) * 0x100000001b3L;
      }
      return hash;
    }
  }

  /**
   * A key and its value, or a bucket and its name, by where they are in the file.
   *
   * @param at where its element is, by which {@link BoltFile#entry} finds it again
   */
  record Entry(long at, boolean isBucket, long keyAt, long keySize, long valueSize) {
    private long valueAt() {
      return keyAt + keySize;
    }
  }

  /** Takes the entries of a bucket. */
  interface Visitor {
    void visit(Entry entry) throws SourceException;
  }

  /** Finds the present tree. */
  static BoltFile open(MappedFile file) throws SourceException {
    Optional<Meta> newest = Meta.read(file, 0);
    // Without the first meta page the page size is not known, and so the second must be looked for.
    for (int size = Meta.SMALLEST_PAGE; size <= Meta.LARGEST_PAGE; size *= 2) {
      Optional<Meta> second = Meta.read(file, size);
      boolean newer =
          second.isPresent()
              && second.get().pageSize() == size
              && (newest.isEmpty() || second.get().transaction() > newest.get().transaction());
      newest = newer ? second : newest;
    }
    Meta meta =
        newest.orElseThrow(
            () -> file.damaged("a bbolt database", "no meta page with a right check sum"));
    if (meta.pages() <= 0 || meta.pages() > file.length() / meta.pageSize()) {
      throw file.damaged(
          meta.pages() + " pages of " + meta.pageSize() + " bytes", file.length() + " bytes");
    }
    return new BoltFile(file, meta);
  }

  /** The bucket of this name, unless there is none. */
  Optional<Entry> bucket(String name) throws SourceException {
    ByteBuffer wanted = ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8));
    Entry[] found = new Entry[1];
    walk(
        meta.root(),
        1,
        new BitSet(),
        entry -> {
          if (entry.isBucket() && key(entry).equals(wanted)) {
            found[0] = entry;
          }
        });
    return Optional.ofNullable(found[0]);
  }

  /** Visits the entries of {@code bucket} in key order. */
  void forEach(Entry bucket, Visitor visitor) throws SourceException {
    long root = file.int64(bucket.valueAt());
    if (root == 0) {
      // A small bucket stands where the number of its first page would be followed.
      long page = bucket.valueAt() + ELEMENT;
      leaf(page, file.uint16(page + 10), bucket.valueAt() + bucket.valueSize(), visitor);
    } else {
      walk(root, 1, new BitSet(), visitor);
    }
  }

  /** The entry whose element is at {@code at}. */
  Entry entry(long at) throws SourceException {
    return new Entry(
        at,
        file.uint32(at) == BUCKET,
        at + file.uint32(at + 4),
        file.uint32(at + 8),
        file.uint32(at + 12));
  }

  ByteBuffer key(Entry entry) throws SourceException {
    return file.slice(entry.keyAt(), entry.keySize());
  }

  ByteBuffer value(Entry entry) throws SourceException {
    return file.slice(entry.valueAt(), entry.valueSize());
  }

  private void walk(long page, int depth, BitSet seen, Visitor visitor) throws SourceException {
    if (page < FIRST_PAGE || page >= meta.pages()) {
      throw file.damaged(
          "a page number from " + FIRST_PAGE + " to " + (meta.pages() - 1), String.valueOf(page));
    }
    if (depth > DEEPEST || seen.get((int) page)) {
      throw file.damaged("a tree of pages", "page " + page + " inside itself");
    }
    seen.set((int) page);
    long start = page * meta.pageSize();
    int kind = file.uint16(start + 8);
    int count = file.uint16(start + 10);
    if (file.int64(start) != page || kind != BRANCH && kind != LEAF) {
      throw file.damaged(
          "branch or leaf page " + page, "page " + file.int64(start) + " of kind " + kind);
    }
    if (kind == LEAF) {
      leaf(start, count, start + (1 + file.uint32(start + 12)) * meta.pageSize(), visitor);
      return;
    }
    for (int i = 0; i < count; i++) {
      walk(file.int64(start + HEADER + (long) i * ELEMENT + 8), depth + 1, seen, visitor);
    }
  }

  private void leaf(long start, int count, long end, Visitor visitor) throws SourceException {
    long elements = start + HEADER;
    for (int i = 0; i < count; i++) {
      Entry entry = entry(elements + (long) i * ELEMENT);
      boolean inside =
          entry.keyAt() >= elements + (long) count * ELEMENT
              && entry.valueAt() + entry.valueSize() <= end;
      if (!inside) {
        throw file.damaged(
            "an entry that ends before byte " + end,
            "one at " + entry.keyAt() + " to " + (entry.valueAt() + entry.valueSize()));
      }
      visitor.visit(entry);
    }
  }
}
