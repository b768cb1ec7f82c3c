package io.ipamrepair.show;

import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * An address.
 *
 * @param address the address
 * @param pools the pools over it, by name: Calico uses the first
 * @param blocks the blocks over it, readable or not, the largest first
 * @param places its ordinals in those that can be read
 * @param users who uses it
 * @param conflicts what contradicts itself
 * @param traces its block, its handles, its endpoints
 */
public record AddressFacts(
    IpAddress address,
    List<PoolOver> pools,
    List<Cidr> blocks,
    List<Place> places,
    List<User> users,
    Set<Conflict> conflicts,
    List<Trace> traces)
    implements Facts {
  /**
   * Somebody who uses an address.
   *
   * @param object the endpoint or node
   * @param pod {@code NAMESPACE/POD}; nothing for a node, or an endpoint that is no pod's
   * @param node the node that it is on, or is; nothing where an endpoint names none
   */
  public record User(ObjectName object, Optional<String> pod, Optional<String> node) {
    /** {@code pod default/nginx on node-1}, {@code tunnel of node-1}. */
    public String words() {
      String name = object.text().substring(object.kind().length() + 1);
      if (object.kind().equals("node")) {
        return "tunnel of " + name;
      }
      return pod.map(each -> "pod " + each).orElse("workload endpoint " + name)
          + node.map(each -> " on " + each).orElse("");
    }

    private static User of(Survey survey, ObjectName object) {
      Optional<String> node = Optional.of(survey.users().node(object)).filter(n -> !n.isEmpty());
      return new User(
          object,
          endpointId(object)
              .flatMap(
                  id ->
                      Optional.ofNullable(survey.state().endpoints().get(id))
                          .flatMap(Stored::value)
                          .map(Endpoint::pod)
                          .filter(pod -> !pod.isEmpty())
                          .map(pod -> id.namespace() + "/" + pod)),
          node);
    }
  }

  private static Optional<EndpointId> endpointId(ObjectName object) {
    String text = object.text();
    int slash = text.indexOf('/');
    return text.startsWith("wep:") && slash > 0
        ? Optional.of(new EndpointId(text.substring(4, slash), text.substring(slash + 1)))
        : Optional.empty();
  }

  /** What must be known whole of {@code state} to tell all of an address: the blocks around it. */
  public static Focus focus(IpamState state, IpAddress address) {
    return Focus.blocks(
        state.blocks().keySet().stream().filter(cidr -> cidr.contains(address)).toList());
  }

  static AddressFacts of(Survey survey, IpAddress address) {
    List<Cidr> blocks = survey.blocksOver(address);
    List<Place> places =
        blocks.stream()
            .flatMap(
                cidr ->
                    survey.readableBlock(cidr).stream()
                        .map(block -> survey.place(block, cidr.ordinal(address))))
            .toList();
    List<User> users = users(survey, address);
    return new AddressFacts(
        address,
        survey.state().knownPools().known().stream()
            .filter(pool -> pool.network().contains(address))
            .map(PoolOver::of)
            .toList(),
        blocks,
        places,
        users,
        survey.conflicts(address),
        traces(survey.state().layout(), address, blocks, places, users));
  }

  static List<User> users(Survey survey, IpAddress address) {
    return survey.users().of(address).stream().map(object -> User.of(survey, object)).toList();
  }

  private static List<Trace> traces(
      KeyLayout layout, IpAddress address, List<Cidr> blocks, List<Place> places, List<User> all) {
    List<Trace> traces = new ArrayList<>();
    blocks.forEach(
        cidr ->
            traces.add(
                new Trace(
                    ObjectName.block(cidr),
                    layout.key(cidr),
                    OptionalInt.of(cidr.ordinal(address)))));
    places.stream()
        .flatMap(place -> place.holder().flatMap(Holder::handle).stream())
        .distinct()
        .forEach(id -> traces.add(Trace.of(ObjectName.handle(id), layout.handleKey(id))));
    all.forEach(
        user ->
            endpointId(user.object())
                .ifPresent(id -> traces.add(Trace.of(user.object(), layout.key(id)))));
    return traces;
  }

  boolean isKnown() {
    return !pools.isEmpty() || !blocks.isEmpty() || !users.isEmpty();
  }

  /** The pool whose settings hold for it. */
  public Optional<PoolOver> governing() {
    return pools.stream().findFirst();
  }

  @Override
  public ObjectName object() {
    return ObjectName.address(address);
  }

  @Override
  public Set<ObjectName> own() {
    return Set.of(object());
  }

  /** Its blocks, its handles, and the endpoints that use it. */
  @Override
  public Set<ObjectName> around() {
    Set<ObjectName> around = new LinkedHashSet<>();
    blocks.forEach(cidr -> around.add(ObjectName.block(cidr)));
    users.stream()
        .map(User::object)
        .filter(user -> endpointId(user).isPresent())
        .forEach(around::add);
    places.stream()
        .flatMap(place -> place.holder().flatMap(Holder::handle).stream())
        .forEach(id -> around.add(ObjectName.handle(id)));
    return around;
  }
}
