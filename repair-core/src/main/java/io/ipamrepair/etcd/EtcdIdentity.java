package io.ipamrepair.etcd;

/**
 * Which etcd answered. The numbers come from the header of a linearizable answer, so a member that
 * has lost its cluster cannot give them. They survive a restore from a backup that was made with
 * the same token and peer URLs: equal numbers do not prove that it is the same history (reference,
 * etcd section 10.8).
 *
 * @param clusterId the cluster's ID; 64 bits without a sign, {@code Long.toHexString} shows it as
 *     etcdctl does
 * @param memberId the ID of the member that answered, likewise
 * @param revision the revision at that moment
 * @param endpoint the endpoint that answered, as it was given
 */
public record EtcdIdentity(long clusterId, long memberId, long revision, String endpoint) {}
