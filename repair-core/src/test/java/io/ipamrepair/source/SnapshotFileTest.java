package io.ipamrepair.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Snapshots that real servers wrote, with overwritten, deleted and compacted revisions, whole and
 * damaged. All three servers held the same keys at the same revisions.
 */
class SnapshotFileTest {
  private static final int CHECKSUM = 32;
  private static final int PAGE = 4096;
  private static final int HEADER = 16;
  private static final int META_LENGTH = 56;

  @TempDir Path folder;

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        SnapshotFileTest.class.getResourceAsStream("/golden-snapshots/" + name), name);
  }

  private static byte[] snapshot(String version) throws IOException {
    try (InputStream in = new GZIPInputStream(resource("etcd-" + version + ".db.gz"))) {
      return in.readAllBytes();
    }
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("etcd.db"), content);
  }

  private SnapshotFile open(byte[] content) throws IOException, SourceException {
    return SnapshotFile.open(file(content), "etcd.db", Bytes.EMPTY);
  }

  /** What the servers answered for all keys. */
  private List<KeyValue> answered() throws Exception {
    Path state = folder.resolve("state.jsonl");
    try (InputStream in = resource("state.jsonl")) {
      Files.write(state, in.readAllBytes());
    }
    return Gathered.from(DumpFile.open(state, "state.jsonl")).value();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.4", "3.5", "3.6"})
  void aSnapshotSaysWhatTheServerAnswered(String version) throws Exception {
    AtRevision<List<KeyValue>> read = Gathered.from(open(snapshot(version)));
    assertThat(read.value()).isEqualTo(answered()).hasSize(114);
    // A deletion was the last write but the one before: no key has the newest revision.
    assertThat(read.revision()).isEqualTo(279);
  }

  @Test
  void aFileThatIsMappedInManyPiecesReadsTheSame() throws Exception {
    Path file = file(snapshot("3.5"));
    MappedFile.Windows small = new MappedFile.Windows(PAGE - 100, 1 << 17);
    assertThat(Gathered.from(SnapshotFile.open(file, "etcd.db", Bytes.EMPTY, small)).value())
        .isEqualTo(answered());
  }

  @Test
  void aValueLongerThanAPieceIsRefused() throws Exception {
    Path file = file(snapshot("3.5"));
    MappedFile.Windows tiny = new MappedFile.Windows(PAGE, 100);
    SourceException refused =
        catchThrowableOfType(
            SourceException.class,
            () -> Gathered.from(SnapshotFile.open(file, "etcd.db", Bytes.EMPTY, tiny)));
    assertThat(refused).hasMessageContaining("expected a value of at most 100 bytes");
  }

  @Test
  void theStateIsTheSameReadAsASnapshotOrAsLines() throws Exception {
    SnapshotFile snapshot = open(snapshot("3.6"));
    assertThat(snapshot.read().keys()).isEqualTo(114);
    assertThat(snapshot.read().guid()).contains("beddc35c4eba43f0837049e5bb0e20ee");
    assertThat(snapshot.origin()).isEqualTo(new Origin.Snapshot("etcd.db"));
  }

  @Test
  void aFileThatWasCutAnywhereIsRefused() throws Exception {
    byte[] whole = snapshot("3.4");
    List<Integer> lengths = new ArrayList<>(List.of(0, 1, CHECKSUM - 1, CHECKSUM, CHECKSUM + 1));
    for (int sector : new int[] {1, 2, PAGE / 512, 2 * PAGE / 512, whole.length / 512 / 2}) {
      lengths.add(sector * 512);
      lengths.add(sector * 512 + CHECKSUM);
      lengths.add(sector * 512 + CHECKSUM + 7);
    }
    for (int missing : new int[] {1, CHECKSUM - 1, CHECKSUM, CHECKSUM + 1, 512, PAGE}) {
      lengths.add(whole.length - missing);
    }
    for (int length : lengths) {
      assertIsRefused("cut to " + length, Arrays.copyOf(whole, length));
    }
    assertIsRefused("a byte too long", Arrays.copyOf(whole, whole.length + 1));
    assertIsRefused("a sector too long", Arrays.copyOf(whole, whole.length + 512));
  }

  @Test
  void aSingleFlippedBitIsNoticedWhereverItIs() throws Exception {
    byte[] whole = snapshot("3.4");
    Random places = new Random(1);
    for (int i = 0; i < 60; i++) {
      // The first bytes of pages and the check sum itself, and anything between.
      int at =
          switch (i % 3) {
            case 0 -> places.nextInt(whole.length / PAGE) * PAGE + places.nextInt(2 * HEADER);
            case 1 -> whole.length - 1 - places.nextInt(CHECKSUM);
            default -> places.nextInt(whole.length);
          };
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) (1 << places.nextInt(8));
      assertIsRefused("bit flipped at " + at, flipped);
    }
  }

  private void assertIsRefused(String what, byte[] content) throws IOException {
    SourceException refused =
        catchThrowableOfType(SourceException.class, () -> Gathered.from(open(content)));
    assertThat(refused).as(what).isNotNull();
    assertThat(refused.reason()).as(what).isEqualTo(SourceException.Reason.DAMAGED);
    assertThat(refused.getMessage())
        .as(what)
        .startsWith("snapshot etcd.db cannot be used: expected ")
        .contains(", found ")
        .hasLineCount(1);
  }

  @Test
  void aDatabaseFileOfAMemberIsToldFromASnapshot() throws Exception {
    byte[] whole = snapshot("3.5");
    byte[] database = Arrays.copyOf(whole, whole.length - CHECKSUM);
    assertThat(catchThrowableOfType(SourceException.class, () -> open(database)))
        .hasMessageContaining("a database without check sum");
  }

  @Test
  void whatIsNotThereOrNoFileIsNotDamaged() {
    for (Path none : List.of(folder.resolve("none.db"), folder)) {
      SourceException refused =
          catchThrowableOfType(
              SourceException.class, () -> SnapshotFile.open(none, "x.db", Bytes.EMPTY));
      assertThat(refused.reason()).isEqualTo(SourceException.Reason.ABSENT);
      assertThat(refused).hasMessageStartingWith("snapshot x.db cannot be read: ");
    }
  }

  /** A damage that was there when the snapshot was made: the check sum fits. */
  private static byte[] sealed(byte[] content) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(content, 0, content.length - CHECKSUM);
    System.arraycopy(digest.digest(), 0, content, content.length - CHECKSUM, CHECKSUM);
    return content;
  }

  private static ByteBuffer numbers(byte[] content) {
    return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void oneDamagedMetaPageOfTwoDoesNoHarm() throws Exception {
    for (int page = 0; page < 2; page++) {
      byte[] content = snapshot("3.4");
      content[page * PAGE + HEADER + META_LENGTH] ^= 1;
      assertThat(Gathered.from(open(sealed(content))).value()).isEqualTo(answered());
    }
  }

  @Test
  void bothMetaPagesDamagedAreTold() throws Exception {
    byte[] content = snapshot("3.4");
    content[HEADER] ^= 1;
    content[PAGE + HEADER + 4] ^= 1;
    assertIsRefused("no magic number, wrong version", sealed(content));
  }

  @Test
  void aTreeThatLeadsIntoItselfEnds() throws Exception {
    byte[] content = snapshot("3.4");
    int branch = firstPageOfKind(content, 1);
    numbers(content).putLong(branch + HEADER + 8, branch / PAGE);
    assertIsRefused("a branch that is its own leaf", sealed(content));
  }

  @Test
  void aPageThatIsAnotherIsTold() throws Exception {
    byte[] content = snapshot("3.4");
    int branch = firstPageOfKind(content, 1);
    int leaf = (int) numbers(content).getLong(branch + HEADER + 8) * PAGE;
    numbers(content).putLong(leaf, 1234567);
    assertIsRefused("a page with another's number", sealed(content));
    numbers(content).putLong(leaf, leaf / PAGE).putShort(leaf + 8, (short) 0x10);
    assertIsRefused("a page of the free list", sealed(content));
    numbers(content).putShort(leaf + 8, (short) 2).putInt(leaf + HEADER + 12, 1 << 20);
    assertIsRefused("a value that goes on behind its page", sealed(content));
  }

  private static int firstPageOfKind(byte[] content, int kind) {
    for (int at = 2 * PAGE; at < content.length - CHECKSUM; at += PAGE) {
      if (numbers(content).getShort(at + 8) == kind && numbers(content).getLong(at) == at / PAGE) {
        return at;
      }
    }
    throw new AssertionError("no page of kind " + kind);
  }

  @Test
  void noDamageEndsInAnythingButTheStateOrARefusal() throws Exception {
    byte[] whole = snapshot("3.6");
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 150; i++) {
      byte[] content = whole.clone();
      for (int byteAt = 0; byteAt < 20; byteAt++) {
        // The beginnings of pages, where the numbers are that are followed.
        int page = random.nextInt((content.length - CHECKSUM) / PAGE);
        content[page * PAGE + random.nextInt(200)] = (byte) random.nextInt();
      }
      try {
        Gathered.from(open(sealed(content)));
      } catch (SourceException told) {
        assertThat(told.getMessage()).contains("expected ").contains(", found ").hasLineCount(1);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(30);
  }
}
