package io.ipamrepair.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.show.KeyHistory;
import io.ipamrepair.show.KeyHistory.Beginning;
import io.ipamrepair.show.KeyHistory.Version;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What etcd still knows of a key, with a compaction and without. */
@Tag("etcd")
class LiveHistoryTest {
  private static final Bytes KEY = Bytes.utf8("/a");

  private ThrowawayEtcd server;
  private Etcd etcd;

  @BeforeEach
  void start() {
    server = ThrowawayEtcd.start();
    etcd = server.connect();
  }

  @AfterEach
  void stop() {
    etcd.close();
    server.close();
  }

  private long revision() throws Exception {
    return etcd.identity().revision();
  }

  private KeyHistory history(int most) throws Exception {
    return new LiveHistory(etcd, most).of(KEY, revision());
  }

  /** Writes of other keys. */
  private void pass(int writes) {
    for (int i = 0; i < writes; i++) {
      server.put("/other", "" + i);
    }
  }

  private Version put(String value) throws Exception {
    server.put("/a", value);
    return new Version(revision(), Optional.of(Bytes.utf8(value)));
  }

  private Version delete() throws Exception {
    server.delete("/a");
    return new Version(revision(), Optional.empty());
  }

  @Test
  void everyVersionIsReadBackToTheFirst() throws Exception {
    pass(3);
    Version one = put("1");
    pass(2);
    Version two = put("2");
    Version three = put("3");
    pass(4);
    KeyHistory history = history(20);
    assertThat(history.versions()).containsExactly(three, two, one);
    assertThat(history.beginning()).isEqualTo(Beginning.CREATED);
  }

  @Test
  void itEndsWhereEtcdHasCompacted() throws Exception {
    put("1");
    Version two = put("2");
    server.compact();
    pass(1);
    Version three = put("3");
    KeyHistory history = history(20);
    assertThat(history.versions()).containsExactly(three, two);
    assertThat(history.beginning()).isEqualTo(Beginning.COMPACTED);
  }

  @Test
  void itEndsAfterSoManyVersions() throws Exception {
    put("1");
    Version two = put("2");
    Version three = put("3");
    KeyHistory history = history(2);
    assertThat(history.versions()).containsExactly(three, two);
    assertThat(history.beginning()).isEqualTo(Beginning.CUT);
  }

  @Test
  void aKeyThatWasDeletedIsFoundWithTheRevisionOfItsDeletion() throws Exception {
    for (int later : new int[] {0, 1, 2, 3, 7, 30}) {
      Version value = put("value " + later);
      pass(40);
      Version deleted = delete();
      pass(later);
      assertThat(history(2).versions())
          .as("%d writes later", later)
          .containsExactly(deleted, value);
    }
  }

  @Test
  void earlierLivesOfAKeyAreReadToo() throws Exception {
    Version first = put("1");
    pass(5);
    Version deleted = delete();
    pass(2);
    Version second = put("2");
    KeyHistory history = history(20);
    assertThat(history.versions()).containsExactly(second, deleted, first);
    assertThat(history.beginning()).isEqualTo(Beginning.CREATED);
  }

  @Test
  void aDeletionBeforeTheCompactionIsForgotten() throws Exception {
    put("1");
    delete();
    pass(1);
    server.compact();
    pass(5);
    KeyHistory history = history(20);
    assertThat(history.versions()).isEmpty();
    assertThat(history.beginning()).isEqualTo(Beginning.COMPACTED);
  }

  @Test
  void aKeyThatNeverWasHasNoVersions() throws Exception {
    pass(5);
    assertThat(history(20)).isEqualTo(new KeyHistory(KEY, List.of(), Beginning.CREATED));
  }

  @Test
  void whereTheRevisionOfTheReadItselfIsCompactedNothingIsKnown() throws Exception {
    put("1");
    long read = revision();
    put("2");
    server.compact();
    LiveHistory history = new LiveHistory(etcd, 20);
    assertThat(history.of(KEY, read))
        .isEqualTo(new KeyHistory(KEY, List.of(), Beginning.COMPACTED));
    assertThat(history.of(Bytes.utf8("/b"), read).beginning()).isEqualTo(Beginning.COMPACTED);
  }
}
