package io.ipamrepair.source;

import java.util.Optional;

/** Where a state comes from, and what is known of the etcd that it was in. */
public sealed interface Origin {
  /** In words, for a person: {@code etcd http://10.0.0.1:2379}, {@code snapshot etcd.db}. */
  String words();

  /** etcd's cluster ID in hexadecimal; nothing when it is not known. */
  Optional<String> etcdClusterId();

  /**
   * The option that names the file, as one word: {@code --snapshot=etcd.db}; nothing for a live
   * etcd.
   */
  Optional<String> option();

  /**
   * A live etcd.
   *
   * @param endpoint the endpoint that answered, as it was given
   * @param clusterId etcd's cluster ID in hexadecimal
   */
  record Live(String endpoint, String clusterId) implements Origin {
    @Override
    public String words() {
      return "etcd " + endpoint;
    }

    @Override
    public Optional<String> etcdClusterId() {
      return Optional.of(clusterId);
    }

    @Override
    public Optional<String> option() {
      return Optional.empty();
    }
  }

  /**
   * A snapshot of etcd's. It does not say which cluster it is of.
   *
   * @param file its name, as it was given
   */
  record Snapshot(String file) implements Origin {
    @Override
    public String words() {
      return "snapshot " + file;
    }

    @Override
    public Optional<String> etcdClusterId() {
      return Optional.empty();
    }

    @Override
    public Optional<String> option() {
      return Optional.of("--snapshot=" + file);
    }
  }

  /**
   * A dump.
   *
   * @param file its name, as it was given
   * @param etcdClusterId etcd's cluster ID as its first line has it
   * @param redacted whether its names are pseudonyms
   */
  record Dump(String file, Optional<String> etcdClusterId, boolean redacted) implements Origin {
    @Override
    public String words() {
      return (redacted ? "redacted dump " : "dump ") + file;
    }

    @Override
    public Optional<String> option() {
      return Optional.of("--dump=" + file);
    }
  }
}
