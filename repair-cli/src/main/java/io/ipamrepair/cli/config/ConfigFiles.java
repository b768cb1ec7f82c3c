package io.ipamrepair.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.ipamrepair.cli.config.Layer.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads configuration files: calicoctl's and this tool's own. Problems are gathered. */
final class ConfigFiles {
  private static final Set<String> CLUSTER_FIELDS =
      Set.of("endpoints", "cacert", "cert", "key", "user", "passwordFile", "prefix");

  private final List<String> problems;
  private final YAMLMapper yaml = new YAMLMapper();

  ConfigFiles(List<String> problems) {
    this.problems = problems;
  }

  /** What {@code file} says; calicoctl's form and this tool's are told apart by {@code kind}. */
  Optional<Layer> read(Path file, Optional<String> cluster) {
    Optional<JsonNode> root = parse(file);
    if (root.isEmpty()) {
      return Optional.empty();
    }
    if (!root.get().has("kind") && !root.get().has("spec")) {
      return own(file, root.get(), cluster);
    }
    if (cluster.isPresent()) {
      problems.add(
          file + ": it is calicoctl's and has no clusters, so --cluster finds none; leave it away");
      return Optional.empty();
    }
    return calicoctl(file, root.get());
  }

  private Optional<JsonNode> parse(Path file) {
    try {
      JsonNode root = yaml.readTree(Files.readAllBytes(file));
      if (root != null && root.isObject()) {
        return Optional.of(root);
      }
      problems.add(file + ": expected a YAML object");
    } catch (JsonProcessingException damaged) {
      problems.add(
          file + ": not YAML: " + damaged.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException unreadable) {
      problems.add(file + ": cannot be read: " + unreadable.getClass().getSimpleName());
    }
    return Optional.empty();
  }

  private Optional<Layer> calicoctl(Path file, JsonNode root) {
    JsonNode spec = root.path("spec");
    String type = spec.path("datastoreType").asText("etcdv3");
    if (!type.equals("etcdv3")) {
      problems.add(
          file
              + ": it is for the datastore '"
              + type
              + "'; ipam-repair repairs Calico's own etcd (etcdv3). Name the etcd with --endpoints");
      return Optional.empty();
    }
    for (String inline : List.of("etcdKey", "etcdCert", "etcdCACert")) {
      if (spec.hasNonNull(inline)) {
        problems.add(
            file
                + ": "
                + inline
                + " holds a certificate or key inline; put it into a file and name it with "
                + inline
                + "File");
      }
    }
    if (text(spec, "etcdEndpoints").isEmpty()) {
      problems.add(file + ": it names no etcdEndpoints. Name the etcd with --endpoints");
    }
    Layer.Builder layer = Layer.Builder.ofFile(file.toString());
    layer.put(Name.ENDPOINTS, text(spec, "etcdEndpoints"), "etcdEndpoints in " + file);
    layer.put(Name.CACERT, text(spec, "etcdCACertFile"), "etcdCACertFile in " + file);
    layer.put(Name.CERT, text(spec, "etcdCertFile"), "etcdCertFile in " + file);
    layer.put(Name.KEY, text(spec, "etcdKeyFile"), "etcdKeyFile in " + file);
    layer.put(Name.USER, text(spec, "etcdUsername"), "etcdUsername in " + file);
    layer.put(Name.PASSWORD, text(spec, "etcdPassword"), "etcdPassword in " + file);
    return Optional.of(layer.build());
  }

  private Optional<Layer> own(Path file, JsonNode root, Optional<String> wanted) {
    unknown(file.toString(), root, Set.of("clusters", "default"));
    JsonNode clusters = root.path("clusters");
    Optional<String> name = wanted.or(() -> text(root, "default"));
    if (name.isEmpty()) {
      return Optional.empty();
    }
    JsonNode cluster = clusters.path(name.get());
    if (!cluster.isObject()) {
      List<String> names = new ArrayList<>();
      clusters.fieldNames().forEachRemaining(names::add);
      problems.add(
          file
              + ": there is no cluster '"
              + name.get()
              + "'; there are: "
              + (names.isEmpty() ? "none" : String.join(", ", names)));
      return Optional.empty();
    }
    String where = "cluster " + name.get() + " in " + file;
    unknown(where, cluster, CLUSTER_FIELDS);
    Optional<String> endpoints = endpoints(cluster.path("endpoints"));
    if (endpoints.isEmpty()) {
      problems.add(where + ": it names no endpoints, and what else it says is for them");
    }
    Layer.Builder layer = Layer.Builder.ofFile(where);
    layer.put(Name.ENDPOINTS, endpoints, where);
    layer.put(Name.CACERT, path(file, cluster, "cacert"), where);
    layer.put(Name.CERT, path(file, cluster, "cert"), where);
    layer.put(Name.KEY, path(file, cluster, "key"), where);
    layer.put(Name.USER, text(cluster, "user"), where);
    layer.put(Name.PREFIX, text(cluster, "prefix"), where);
    path(file, cluster, "passwordFile")
        .ifPresent(password -> layer.put(Name.PASSWORD, password(Path.of(password)), password));
    return Optional.of(layer.build());
  }

  /** A file's text without the newline at its end. */
  Optional<String> password(Path file) {
    try {
      return Optional.of(Files.readString(file).replaceFirst("\\r?\\n$", ""));
    } catch (IOException unreadable) {
      problems.add(
          "the password file "
              + file
              + " cannot be read: "
              + unreadable.getClass().getSimpleName());
      return Optional.empty();
    }
  }

  private static Optional<String> endpoints(JsonNode node) {
    List<String> all = new ArrayList<>();
    if (node.isTextual()) {
      all.add(node.asText());
    }
    node.forEach(each -> all.add(each.asText()));
    return Optional.of(String.join(",", all)).filter(text -> !text.isEmpty());
  }

  private static Optional<String> text(JsonNode object, String name) {
    return Optional.of(object.path(name).asText("")).filter(text -> !text.isEmpty());
  }

  /** A path in the file is meant from where the file is. */
  private static Optional<String> path(Path file, JsonNode object, String name) {
    return text(object, name)
        .map(given -> file.toAbsolutePath().getParent().resolve(given).toString());
  }

  private void unknown(String where, JsonNode object, Set<String> known) {
    for (Iterator<Map.Entry<String, JsonNode>> fields = object.properties().iterator();
        fields.hasNext(); ) {
      String name = fields.next().getKey();
      if (!known.contains(name)) {
        problems.add(
            where
                + ": unknown field '"
                + name
                + "'; known are "
                + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }
}
