package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The cluster that is connected, beside the one that a plan or run is of. */
record RunPlace(String etcdClusterId, Optional<String> guid) {
  /** Who answers; reads one key. */
  static RunPlace of(Etcd etcd) throws EtcdException {
    KeyLayout layout = new KeyLayout();
    IpamState.Builder found = new IpamState.Builder(layout);
    etcd.get(List.of(layout.clusterInformationKey())).value().forEach(found::add);
    return new RunPlace(Long.toHexString(etcd.identity().clusterId()), found.build(0).guid());
  }

  /**
   * Why what was made for {@code there} does not belong here; empty when it does.
   *
   * @param what {@code the plan is for}, {@code run r-1 was made in}
   */
  List<String> refuses(String what, Plan.Cluster there) {
    List<String> reasons = new ArrayList<>();
    if (there.etcdClusterId().isPresent() && !there.etcdClusterId().get().equals(etcdClusterId)) {
      reasons.add(
          what + " the etcd cluster " + there.etcdClusterId().get() + ", this is " + etcdClusterId);
    }
    if (!there.guid().equals(guid)) {
      reasons.add(
          what
              + " the Calico cluster "
              + there.guid().orElse("(without GUID)")
              + ", this is "
              + guid.orElse("one without GUID"));
    }
    return reasons;
  }
}
