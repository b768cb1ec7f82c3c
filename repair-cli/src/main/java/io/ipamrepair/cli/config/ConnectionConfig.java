package io.ipamrepair.cli.config;

import io.ipamrepair.cli.config.ConfigException.Fault;
import io.ipamrepair.cli.config.Layer.Name;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.kv.Bytes;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Out of flags, a cluster named by flag, {@code ETCDCTL_*} and {@code ETCD_*} variables and files,
 * in this order, the connection; with the source of each value.
 */
public final class ConnectionConfig {
  private static final String DEFAULT_ENDPOINT = "http://127.0.0.1:2379";
  private static final String DEFAULT_SOURCE = "default";
  private static final Path CALICOCTL = Path.of("/etc/calico/calicoctl.cfg");

  private static final List<Name> TLS = List.of(Name.CACERT, Name.CERT, Name.KEY);

  private final ConnectionFlags flags;
  private final Map<String, String> environment;
  private final Path calicoctl;
  private final SystemAuthorities authorities;
  private final List<String> problems = new ArrayList<>();

  ConnectionConfig(
      ConnectionFlags flags,
      Map<String, String> environment,
      Path calicoctl,
      SystemAuthorities authorities) {
    this.flags = flags;
    this.environment = environment;
    this.calicoctl = calicoctl;
    this.authorities = authorities;
  }

  /**
   * A value and where it comes from.
   *
   * @param name {@code endpoints}, {@code cacert}…
   * @param value as it may be shown: a password never is
   * @param source the flag, variable or file
   */
  public record Setting(String name, String value, String source) {}

  /**
   * The connection.
   *
   * @param target which etcd, and as whom
   * @param limits the time limits
   * @param settings each value with its source
   * @param unused the files, or clusters in them, whose values do not count, because the endpoints
   *     come from elsewhere
   * @param disagreement set when two sources name different etcds and no flag names one: nothing
   *     may be written until one is named
   */
  public record Resolved(
      EtcdTarget target,
      TimeLimits limits,
      List<Setting> settings,
      List<String> unused,
      Optional<String> disagreement) {
    /** Whether anybody says which etcd is meant; else it is the one that etcdctl would take. */
    public boolean isNamed() {
      return settings.stream()
          .filter(setting -> setting.name().equals(Name.ENDPOINTS.text()))
          .noneMatch(setting -> setting.source().equals(DEFAULT_SOURCE));
    }
  }

  /**
   * Resolves the connection.
   *
   * @param environment the process's variables
   * @param prompt asks for a password, given the question; nothing where nobody can be asked
   * @throws ConfigException with all problems at once
   */
  public static Resolved resolve(
      ConnectionFlags flags,
      Map<String, String> environment,
      Function<String, Optional<String>> prompt)
      throws ConfigException {
    return new ConnectionConfig(flags, environment, CALICOCTL, SystemAuthorities.standard())
        .resolve(prompt);
  }

  Resolved resolve(Function<String, Optional<String>> prompt) throws ConfigException {
    List<Layer> all = layers();
    List<Layer> used = used(all);
    boolean tls = TLS.stream().anyMatch(name -> winner(used, name).isPresent());
    String endpointText = winner(used, Name.ENDPOINTS).orElse(DEFAULT_ENDPOINT);
    String endpointSource = source(used, Name.ENDPOINTS).orElse(DEFAULT_SOURCE);
    List<URI> endpoints = new EndpointList(problems).read(endpointText, tls, endpointSource);
    List<Layer> layers = trusting(used, endpoints);
    Optional<String> user = winner(layers, Name.USER);
    verifyTls(layers);
    Optional<String> plain = plainWithTls(layers, endpoints);
    if (plain.isPresent()) {
      boolean only = problems.isEmpty();
      problems.add(plain.get());
      throw new ConfigException(only ? Fault.CONNECTION : Fault.VALUES, problems);
    }
    Optional<String> password = winner(layers, Name.PASSWORD);
    if (user.isPresent() && password.isEmpty() && problems.isEmpty()) {
      password = prompt.apply("etcd password of " + user.get() + ":");
      if (password.isEmpty()) {
        problems.add(
            "user "
                + user.get()
                + " has no password: set ETCDCTL_PASSWORD, or name a file with --password-file");
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(Fault.VALUES, problems);
    }
    EtcdTarget target =
        new EtcdTarget(
            endpoints,
            winner(layers, Name.CACERT).map(Path::of),
            winner(layers, Name.CERT).map(Path::of),
            winner(layers, Name.KEY).map(Path::of),
            user.isPresent()
                ? Optional.of(new EtcdTarget.Credentials(user.get(), password.orElse("")))
                : Optional.empty(),
            Bytes.utf8(winner(layers, Name.PREFIX).orElse("")));
    return new Resolved(
        target,
        limits(),
        settings(layers, endpointText, endpointSource),
        all.stream()
            .filter(layer -> layers.stream().noneMatch(counted -> counted == layer))
            .flatMap(layer -> layer.file().stream())
            .toList(),
        disagreement(all));
  }

  private TimeLimits limits() {
    TimeLimits standard = TimeLimits.standard();
    return new TimeLimits(
        flags.requestTimeout().orElse(standard.request()),
        flags.settleTimeout().orElse(standard.settle()),
        flags.timeout().or(standard::command));
  }

  /** What each source says, most important first. */
  private List<Layer> layers() {
    if (endpointsByFlag() && flags.cluster().isPresent()) {
      problems.add("--endpoints and --cluster both name an etcd: give one of them");
    }
    ConfigFiles files = new ConfigFiles(problems);
    List<Layer> layers = new ArrayList<>();
    layers.add(flagLayer(files));
    layers.add(etcdctl());
    layers.add(etcdVariables());
    // A cluster named by flag is as good as its values given by flags.
    int place = flags.cluster().isPresent() ? 1 : layers.size();
    layers.addAll(place, files(files, layers.stream().anyMatch(ConnectionConfig::namesEndpoints)));
    return layers;
  }

  /**
   * What the files say that are to be read.
   *
   * @param named whether flags or variables name endpoints
   */
  private List<Layer> files(ConfigFiles files, boolean named) {
    List<Layer> layers = new ArrayList<>();
    if (flags.configFile().isPresent()) {
      configFile(files, flags.configFile().get()).ifPresent(layers::add);
      return layers;
    }
    Path own = ownFile();
    if (flags.cluster().isPresent()) {
      if (Files.exists(own)) {
        files.read(own, flags.cluster()).ifPresent(layers::add);
      } else {
        problems.add(
            "--cluster "
                + flags.cluster().get()
                + ": there is no file "
                + own
                + " that would name it");
      }
      return layers;
    }
    // Where flags or variables name endpoints, these are read so that two different etcds are
    // noticed; what is wrong with them does not matter then.
    ConfigFiles read = named ? new ConfigFiles(new ArrayList<>()) : files;
    for (Path file : List.of(calicoctl, own)) {
      if (Files.exists(file)) {
        read.read(file, Optional.empty()).ifPresent(layers::add);
      }
    }
    return layers;
  }

  private Optional<Layer> configFile(ConfigFiles files, Path file) {
    if (!Files.exists(file)) {
      problems.add("--config: there is no file " + file);
      return Optional.empty();
    }
    int before = problems.size();
    Optional<Layer> layer = files.read(file, flags.cluster());
    if (layer.isEmpty() && problems.size() == before) {
      problems.add(
          "--config: " + file + " has no default cluster; name one of its clusters with --cluster");
    }
    return layer;
  }

  /** An empty value counts as none. */
  private boolean endpointsByFlag() {
    return flags.endpoints().filter(text -> !text.isEmpty()).isPresent();
  }

  private static boolean namesEndpoints(Layer layer) {
    return layer.value(Name.ENDPOINTS).isPresent();
  }

  /**
   * Those whose values count: flags, variables, and of the files the one whose endpoints are used.
   * A user, a certificate or a prefix is for the etcd that stands beside it, and for no other.
   */
  private static List<Layer> used(List<Layer> layers) {
    Optional<Layer> naming = layers.stream().filter(ConnectionConfig::namesEndpoints).findFirst();
    return layers.stream()
        .filter(layer -> layer.file().isEmpty() || layer == naming.orElse(null))
        .toList();
  }

  /** For a server with a certificate, somebody must be trusted. */
  private List<Layer> trusting(List<Layer> layers, List<URI> endpoints) {
    if (endpoints.stream().noneMatch(endpoint -> endpoint.getScheme().equals("https"))) {
      return layers;
    }
    List<Layer> more = new ArrayList<>(layers);
    more.add(authorities.layer(environment));
    return more;
  }

  private Path ownFile() {
    return variable("XDG_CONFIG_HOME")
        .map(Path::of)
        .orElseGet(() -> Path.of(environment.getOrDefault("HOME", "/")).resolve(".config"))
        .resolve("ipam-repair")
        .resolve("config.yaml");
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  private Layer flagLayer(ConfigFiles files) {
    if (flags.user().filter(user -> user.contains(":")).isPresent()) {
      problems.add(
          "--user takes a name only: a password on the command line is seen by everybody; set ETCDCTL_PASSWORD or use --password-file");
    }
    return Layer.Builder.given()
        .put(Name.ENDPOINTS, flags.endpoints(), "--endpoints")
        .put(Name.CACERT, flags.cacert().map(Path::toString), "--cacert")
        .put(Name.CERT, flags.cert().map(Path::toString), "--cert")
        .put(Name.KEY, flags.key().map(Path::toString), "--key")
        .put(Name.USER, flags.user().map(user -> user.replaceFirst(":.*", "")), "--user")
        .put(Name.PASSWORD, flags.passwordFile().flatMap(files::password), "--password-file")
        .put(Name.PREFIX, flags.prefix(), "--prefix")
        .build();
  }

  private Layer etcdctl() {
    Optional<String> user = variable("ETCDCTL_USER");
    Optional<String> inUser =
        user.filter(text -> text.contains(":")).map(text -> text.substring(text.indexOf(':') + 1));
    return Layer.Builder.given()
        .put(Name.ENDPOINTS, variable("ETCDCTL_ENDPOINTS"), "ETCDCTL_ENDPOINTS")
        .put(Name.CACERT, variable("ETCDCTL_CACERT"), "ETCDCTL_CACERT")
        .put(Name.CERT, variable("ETCDCTL_CERT"), "ETCDCTL_CERT")
        .put(Name.KEY, variable("ETCDCTL_KEY"), "ETCDCTL_KEY")
        .put(Name.USER, user.map(text -> text.replaceFirst(":.*", "")), "ETCDCTL_USER")
        .put(Name.PASSWORD, inUser, "ETCDCTL_USER")
        .put(Name.PASSWORD, variable("ETCDCTL_PASSWORD"), "ETCDCTL_PASSWORD")
        .build();
  }

  private Layer etcdVariables() {
    return Layer.Builder.given()
        .put(Name.ENDPOINTS, variable("ETCD_ENDPOINTS"), "ETCD_ENDPOINTS")
        .put(Name.CACERT, variable("ETCD_CA_CERT_FILE"), "ETCD_CA_CERT_FILE")
        .put(
            Name.CERT,
            variable("ETCD_CERT_FILE"),
            "ETCD_CERT_FILE: on an etcd host this is the server's own")
        .put(
            Name.KEY,
            variable("ETCD_KEY_FILE"),
            "ETCD_KEY_FILE: on an etcd host this is the server's own")
        .put(Name.USER, variable("ETCD_USERNAME"), "ETCD_USERNAME")
        .put(Name.PASSWORD, variable("ETCD_PASSWORD"), "ETCD_PASSWORD")
        .build();
  }

  private static Optional<String> winner(List<Layer> layers, Name name) {
    return layers.stream().map(layer -> layer.value(name)).flatMap(Optional::stream).findFirst();
  }

  private static Optional<String> source(List<Layer> layers, Name name) {
    return layers.stream()
        .filter(layer -> layer.value(name).isPresent())
        .map(layer -> layer.sources().get(name))
        .findFirst();
  }

  /** What is wrong where certificates are given for a connection in plain text. */
  private static Optional<String> plainWithTls(List<Layer> layers, List<URI> endpoints) {
    List<String> given =
        TLS.stream().map(name -> source(layers, name)).flatMap(Optional::stream).toList();
    return endpoints.stream()
        .filter(endpoint -> endpoint.getScheme().equals("http") && !given.isEmpty())
        .findFirst()
        .map(
            endpoint ->
                endpoint
                    + ": the endpoint is http://, but TLS options are given ("
                    + String.join("; ", given)
                    + "); write https://, or take the options away");
  }

  private void verifyTls(List<Layer> layers) {
    if (winner(layers, Name.CERT).isPresent() != winner(layers, Name.KEY).isPresent()) {
      problems.add(
          "a client certificate needs its key, and a key its certificate: give both --cert and --key");
    }
    for (Name name : TLS) {
      winner(layers, name)
          .filter(file -> !Files.isReadable(Path.of(file)))
          .ifPresent(
              file ->
                  problems.add(
                      source(layers, name).orElse("") + ": there is no readable file " + file));
    }
  }

  private static List<Setting> settings(
      List<Layer> layers, String endpoints, String endpointSource) {
    List<Setting> settings = new ArrayList<>();
    settings.add(new Setting(Name.ENDPOINTS.text(), endpoints, endpointSource));
    for (Name name :
        List.of(Name.CACERT, Name.CERT, Name.KEY, Name.USER, Name.PASSWORD, Name.PREFIX)) {
      winner(layers, name)
          .ifPresent(
              value ->
                  settings.add(
                      new Setting(
                          name.text(),
                          name == Name.PASSWORD ? "(set)" : value,
                          source(layers, name).orElse(""))));
    }
    return settings;
  }

  /**
   * Two sources that name different etcds are one too many for a command that writes, unless a flag
   * decides.
   */
  private Optional<String> disagreement(List<Layer> layers) {
    if (endpointsByFlag() || flags.cluster().isPresent()) {
      return Optional.empty();
    }
    List<Layer> naming = layers.stream().filter(ConnectionConfig::namesEndpoints).toList();
    List<String> different =
        naming.stream()
            .filter(layer -> !names(layer).equals(names(naming.get(0))))
            .map(
                layer ->
                    layer.value(Name.ENDPOINTS).orElseThrow()
                        + " ("
                        + layer.sources().get(Name.ENDPOINTS)
                        + ")")
            .toList();
    if (different.isEmpty()) {
      return Optional.empty();
    }
    Layer first = naming.get(0);
    return Optional.of(
        "Two etcds are named: "
            + first.value(Name.ENDPOINTS).orElseThrow()
            + " ("
            + first.sources().get(Name.ENDPOINTS)
            + ") and "
            + String.join(", ", different)
            + ". Nothing is written until one is named with --endpoints or --cluster.");
  }

  private static TreeSet<String> names(Layer layer) {
    TreeSet<String> names = new TreeSet<>();
    for (String endpoint : layer.value(Name.ENDPOINTS).orElseThrow().split(",")) {
      names.add(endpoint.trim().replaceFirst("^https?://", "").replaceFirst("/$", ""));
    }
    return names;
  }
}
