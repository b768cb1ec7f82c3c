package io.ipamrepair.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.Compactor;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.SnapshotSaver;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot that a running server gives says what the server itself says. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SavedSnapshotTest {
  private static final Golden BIG = new Golden("v3.32.1", "big-block");
  private static final Golden SMALL = new Golden("v3.32.1", "incident");

  private ThrowawayEtcd server;
  @TempDir Path folder;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void clear() {
    server.clear();
  }

  private AtRevision<List<KeyValue>> live(String prefix) throws Exception {
    EtcdTarget all = server.target();
    EtcdTarget target =
        new EtcdTarget(
            all.endpoints(),
            all.caCertificate(),
            all.clientCertificate(),
            all.clientKey(),
            all.credentials(),
            Bytes.utf8(prefix));
    try (Etcd etcd = Etcd.connect(target, TimeLimits.standard(), List.of())) {
      return Gathered.from(new LiveSource(etcd));
    }
  }

  private AtRevision<List<KeyValue>> saved(String prefix) throws Exception {
    Path file = SnapshotSaver.save(server.endpoint(), folder.resolve("etcd.db"));
    return Gathered.from(SnapshotFile.open(file, "etcd.db", Bytes.utf8(prefix)));
  }

  @Test
  void thousandsOfKeysWithAHistoryAreTheLiveOnes() throws Exception {
    server.load(SMALL.keyValues());
    server.load(BIG.keyValues());
    // Overwritten, deleted, and deleted and written again.
    server.load(SMALL.keyValues().subList(0, 40));
    List<KeyValue> big = BIG.keyValues();
    big.subList(100, 200).forEach(each -> server.delete(each.key().display()));
    server.load(big.subList(150, 170));
    AtRevision<List<KeyValue>> live = live("");
    assertThat(live.value()).hasSizeGreaterThan(8000);
    assertThat(saved("")).isEqualTo(live);
    try (Compactor compactor = new Compactor(server.endpoint())) {
      compactor.compact();
    }
    assertThat(saved("")).isEqualTo(live);
  }

  @Test
  void afterACompactionOfTheLastDeletionTheRevisionIsStillTheServers() throws Exception {
    server.load(SMALL.keyValues());
    server.put("/other", "1");
    server.delete("/other");
    try (Compactor compactor = new Compactor(server.endpoint())) {
      compactor.compact();
    }
    assertThat(saved("")).isEqualTo(live(""));
  }

  @Test
  void behindANamespaceOnlyItsKeysAreRead() throws Exception {
    server.load("/tenant-a", SMALL.keyValues());
    server.load("/tenant-b", new Golden("v3.32.1", "healthy-v4").keyValues());
    assertThat(saved("/tenant-a")).isEqualTo(live("/tenant-a"));
    assertThat(saved("/tenant-a").value()).hasSameSizeAs(Gathered.read(SMALL.keyValues()));
    assertThat(saved("").value()).isEmpty();
  }
}
