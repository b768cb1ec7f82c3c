# The runbook overlapping-pool, followed. Where the runbook says apply, somebody types the answer; here --yes does.

@load v3.32.1/incident-typo

$ ipam-repair scan
| etcd http://ETCD   cluster CLUSTER   Calico v3.32.1   revision N   100 keys in N s
|
|   2 pools   4 blocks (0 empty)   6 nodes, 2 without a block   41 of 256 addresses used
|
| ERROR   P1  Pool eqiad-pods-second: 10.64.64.1/24 has host bits: it means 10.64.64.0/24, or another network was meant.
|             calicoctl refuses to delete it.
|             Traffic: None by itself: nodes compute with 10.64.64.0/24. Urgency: any time.
|             ipam-repair remove-pool eqiad-pods-second
| ERROR   P2  Pool eqiad-pods (10.64.64.0/24) overlaps eqiad-pods-second (10.64.64.1/24 = 10.64.64.0/24).
|             The same of pool eqiad-pods-second.
|             Traffic: None by itself: the settings of eqiad-pods, the first by name, hold. Deleting either by its CIDR
|             may delete the other, and takes blocks from their nodes. Urgency: today.
|             ipam-repair remove-pool eqiad-pods-second
| ERROR   B10 Block 10.64.64.0/26 lies in 2 pools: eqiad-pods, eqiad-pods-second.
|             The same of block 10.64.64.64/26, block 10.64.64.128/26, block 10.64.64.192/26.
|             Traffic: None by itself. Deleting one of the pools with Calico's tools can take the block from its node.
|             Urgency: today.
|             ipam-repair remove-pool eqiad-pods-second
| WARNING     Capacity: Pools eqiad-pods and eqiad-pods-second can hold 4 blocks of /26, and 6 nodes want one: 2 have
|             none. Pods on these nodes can only borrow addresses of other nodes' blocks. A /26 for each node needs a /23,
|             or blocks of /27. Another pool of /25 has the 2 that are missing.
| INFO        Capacity: pool eqiad-pods (10.64.64.0/24) has 4 blocks and no room for another of /26; 41 of 256 addresses
|             used, 9 borrowed, 215 free. Room for 0 more nodes and 215 more pods. Nodes without a block: kubernetes1005
|             (5 borrowed addresses), kubernetes1006 (4 borrowed addresses).
| INFO        Capacity: pool eqiad-pods-second (10.64.64.0/24) has 4 blocks and no room for another of /26; 41 of 256
|             addresses used, 9 borrowed, 215 free. Room for 0 more nodes and 215 more pods. Nodes without a block:
|             kubernetes1005 (5 borrowed addresses), kubernetes1006 (4 borrowed addresses).
|
| 7 errors, 0 warnings. 1 capacity warning.
| Urgency: 6 today, 1 any time. It can wait until morning, not longer: nothing fails yet, but a claim, a deletion or a
| restart can make it fail.
| The errors and warnings go away with:
|   ipam-repair remove-pool eqiad-pods-second
| The playbook for this: ipam-repair playbook show overlapping-pool
exit 1

$ ipam-repair remove-pool eqiad-pods-second --reason T251054 --out remove.json
| Wrote plan remove.json: 1 step, 1 key deleted, 0 addresses affected. Nothing has changed yet.
| Next: ipam-repair review remove.json

$ ipam-repair review remove.json
| Remove pool eqiad-pods-second (10.64.64.1/24)
| Deletes 1 pool, in 1 transaction.
| Resolves 7 errors, adds no finding, leaves no finding on what it writes.
| No address is affected.
|
| Reason    T251054
| Author    WHO@HOST, TIME
| Expires   TIME
| Made by   ipam-repair remove-pool eqiad-pods-second
| Cluster   etcd cluster CLUSTER, Calico cluster beddc35c4eba43f0837049e5bb0e20ee, revision N
| Digest    DIGEST
| Findings  All rules, judged on all 100 keys at revision N; no error or warning elsewhere.
|   P1   error    1 → 0  A pool's CIDR is a network without host bits, in Calico's spelling: pool eqiad-pods-second
|   P2   error    2 → 0  No two pools overlap: pool eqiad-pods, pool eqiad-pods-second
|   B10  error    4 → 0  A block lies inside exactly one pool: block 10.64.64.0/26, block 10.64.64.64/26, block
|     10.64.64.128/26, block 10.64.64.192/26
| Impact    4 blocks with 41 addresses in use stay with pool eqiad-pods and their nodes.
| Step 1    1 pool deleted, in one transaction
|   - pool eqiad-pods-second  deleted
|       why: this is the pool to remove
|       was: kind IPPool; apiVersion projectcalico.org/v3; metadata.name eqiad-pods-second; metadata.uid
|         6a9f0c5e-52b7-4a57-9a0d-5d8d5c3f2b11; metadata.creationTimestamp TIME; spec.cidr 10.64.64.1/24;
|         spec.vxlanMode Never; spec.ipipMode Never; spec.blockSize 26; spec.nodeSelector all(); spec.allowedUses
|         ["Workload","Tunnel"]; spec.assignmentMode Automatic
|   requires
|     each key above exactly as it is now
|     pool eqiad-pods as it is now
| Rollback  Creates 1 pool again; what others write meanwhile stays. 7 errors may come back.
| Try, writing nothing: ipam-repair apply remove.json --dry-run
| Next: ipam-repair apply remove.json
| Undo, with the run's ID that apply prints: ipam-repair rollback RUN

$ ipam-repair apply remove.json --dry-run
| plan DIGEST  Remove pool eqiad-pods-second (10.64.64.1/24)
| cluster and 2 conditions checked at revision N
| Dry run: the plan can be applied. Nothing was written.

# Nobody sits here, so apply declines.

$ ipam-repair apply remove.json
| plan DIGEST  Remove pool eqiad-pods-second (10.64.64.1/24)
| undo, once it is applied: ipam-repair rollback RUN
| Declined, nothing written. Without a terminal, --yes says yes.
exit 130

$ ipam-repair apply remove.json --yes
| plan DIGEST  Remove pool eqiad-pods-second (10.64.64.1/24)
| undo, once it is applied: ipam-repair rollback RUN
| Remove pool eqiad-pods-second (10.64.64.1/24): write 1 key in 1 transaction? yes (--yes)
| journal FOLDER/.local/state/ipam-repair, run RUN
| step 1 of 1  applied at revision N
| Applied: run RUN, revision N. The check afterwards found what the plan promised.
| Undo: ipam-repair rollback RUN

$ ipam-repair scan
| etcd http://ETCD   cluster CLUSTER   Calico v3.32.1   revision N   99 keys in N s
|
|   1 pool   4 blocks (0 empty)   6 nodes, 2 without a block   41 of 256 addresses used
|
| WARNING     Capacity: Pool eqiad-pods (10.64.64.0/24) can hold 4 blocks of /26, and 6 nodes want one: 2 have none. Pods
|             on these nodes can only borrow addresses of other nodes' blocks. A /26 for each node needs a /23, or blocks
|             of /27. Another pool of /25 has the 2 that are missing.
| INFO        Capacity: pool eqiad-pods (10.64.64.0/24) has 4 blocks and no room for another of /26; 41 of 256 addresses
|             used, 9 borrowed, 215 free. Room for 0 more nodes and 215 more pods. Nodes without a block: kubernetes1005
|             (5 borrowed addresses), kubernetes1006 (4 borrowed addresses).
|
| No errors, no warnings. 1 capacity warning.

# Step 5.

@load v3.32.1/incident-wrong-deletion

$ ipam-repair scan
| etcd http://ETCD   cluster CLUSTER   Calico v3.32.1   revision N   93 keys in N s
|
|   1 pool   4 blocks (0 empty)   6 nodes, 5 without a block   39 of 256 addresses used
|
| ERROR   P1  Pool eqiad-pods-second: 10.64.64.1/24 has host bits: it means 10.64.64.0/24, or another network was meant.
|             calicoctl refuses to delete it.
|             Traffic: None by itself: nodes compute with 10.64.64.0/24. Urgency: any time.
|             Do not remove it: it is the only pool over 39 addresses in use, and keeps them reachable.
| ERROR   A5  kubernetes1003 is giving up block 10.64.64.64/26 and got stuck (pendingDeletion; the block has no owner).
|             Traffic: kubernetes1003 announces the /26 and blackholes it. The 14 addresses in use in it stay reachable
|             while a pool covers it and nodes exchange routes; where nodes peer only with a router, kubernetes1003 and 6
|             of them on kubernetes1005 cannot talk. Urgency: today.
|             ipam-repair reassign-affinity --block 10.64.64.64/26 --to kubernetes1003
| INFO    B16 Block 10.64.64.0/26 belongs to nobody, with 6 addresses in use, most on kubernetes1002 (6).
|             The same of block 10.64.64.64/26, block 10.64.64.192/26.
|             Traffic: No effect on live pods while a pool covers them: each is reached by its /32 route where nodes
|             exchange routes.
|             ipam-repair reassign-affinity --block 10.64.64.0/26 --to kubernetes1002
|             ipam-repair reassign-affinity --block 10.64.64.64/26 --to kubernetes1003
|             ipam-repair reassign-affinity --block 10.64.64.192/26 --to kubernetes1001
| WARNING     Capacity: Pool eqiad-pods-second (10.64.64.0/24) can hold 4 blocks of /26, and 6 nodes want one: 5 have
|             none, while 3 blocks belong to no living node. Pods on these nodes can only borrow addresses of other nodes'
|             blocks. A /26 for each node needs a /23, or blocks of /27. Another pool of /25 has the 2 that are missing.
| INFO        Capacity: pool eqiad-pods-second (10.64.64.0/24) has 4 blocks and no room for another of /26; 39 of 256
|             addresses used, 5 borrowed, 217 free. Room for 0 more nodes and 217 more pods. Nodes without a block:
|             kubernetes1001 (6 borrowed addresses), kubernetes1002 (6 borrowed addresses), kubernetes1003 (8 borrowed
|             addresses), kubernetes1005 (6 borrowed addresses), kubernetes1006 (5 borrowed addresses).
|
| 2 errors, 0 warnings. 1 capacity warning.
| Urgency: 1 today, 1 any time. It can wait until morning, not longer: nothing fails yet, but a claim, a deletion or a
| restart can make it fail.
exit 1

$ ipam-repair reassign-affinity --block 10.64.64.64/26 --to kubernetes1003 --reason T251054 --out back.json
| Wrote plan back.json: 1 step, 2 keys changed, 14 addresses affected. Nothing has changed yet.
| Next: ipam-repair review back.json

$ ipam-repair review back.json
| Reassign block 10.64.64.64/26 to kubernetes1003
| Changes 1 block and 1 affinity, in 1 transaction.
| Resolves 1 error and 1 info, adds no finding, leaves no finding on what it writes.
| Affects 14 addresses of 14 workloads, on 2 nodes; 14 of the workloads have a single endpoint.
|
| Reason    T251054
| Author    WHO@HOST, TIME
| Expires   TIME
| Made by   ipam-repair reassign-affinity --block 10.64.64.64/26 --to kubernetes1003
| Cluster   etcd cluster CLUSTER, Calico cluster beddc35c4eba43f0837049e5bb0e20ee, revision N
| Digest    DIGEST
| Findings  All rules, judged on all 93 keys at revision N; 1 error or warning elsewhere stays.
|   A5   error    1 → 0  No affinity stays pending or pendingDeletion: affinity host:kubernetes1003:10.64.64.64/26
|   B16  info     1 → 0  A block in use has an owner: block 10.64.64.64/26
| Impact    node kubernetes1003 announces 10.64.64.64/26 and blackholes its free addresses.
|           6 live addresses of 10.64.64.64/26 on kubernetes1005 (10.64.64.72, 10.64.64.73, 10.64.64.74, 10.64.64.75,
|             10.64.64.76, 10.64.64.77): reached by their /32s where nodes exchange routes; where nodes peer only with a
|             router, traffic between kubernetes1003 and them is dropped.
|           8 addresses of 10.64.64.64/26 on kubernetes1003 itself: reached through its route for the whole block.
|           Nodes: kubernetes1003, kubernetes1005
|           Workloads with a single endpoint: blubberoid/blubberoid-5b9c8cbc45, blubberoid/blubberoid-5b9cb6696f,
|             blubberoid/blubberoid-5b9cc64bfd, blubberoid/blubberoid-7c5dc4ccb4, blubberoid/blubberoid-7c5df4689b,
|             citoid/citoid-7c5dbf965d, zotero/zotero-5b9c67c56d, zotero/zotero-5b9c8f8bdc, zotero/zotero-7c5d85d8d8,
|             zotero/zotero-7c5d88bb97, zotero/zotero-7c5d987b76, zotero/zotero-7c5db6c64c and 2 more
| Step 1    1 block and 1 affinity changed, in one transaction
|   ~ block 10.64.64.64/26  owner nobody → kubernetes1003
|       why: node kubernetes1003 becomes its owner
|       sequenceNumber 1795464903035345647 → 1795464903035345648
|       affinity_claim_time (time of the commit) added
|   ~ affinity host:kubernetes1003:10.64.64.64/26  state becomes confirmed
|       why: the owner's claim
|       state pendingDeletion → confirmed
|   requires
|     each key above exactly as it is now
|     node kubernetes1003 exists and is selected by all()
|     pool eqiad-pods-second as it is now
|     the IPAM configuration as it is now
|     node kubernetes1003 owns at most 19 other ipv4 blocks
| Rollback  Gives 1 block and 1 affinity the old content; what others write meanwhile stays. 1 error and 1 info may come
|             back.
| Try, writing nothing: ipam-repair apply back.json --dry-run
| Next: ipam-repair apply back.json
| Undo, with the run's ID that apply prints: ipam-repair rollback RUN

$ ipam-repair apply back.json
| plan DIGEST  Reassign block 10.64.64.64/26 to kubernetes1003
| undo, once it is applied: ipam-repair rollback RUN
| Declined, nothing written. Without a terminal, --yes says yes.
exit 130

$ ipam-repair apply back.json --yes
| plan DIGEST  Reassign block 10.64.64.64/26 to kubernetes1003
| undo, once it is applied: ipam-repair rollback RUN
| Reassign block 10.64.64.64/26 to kubernetes1003: write 2 keys in 1 transaction? yes (--yes)
| journal FOLDER/.local/state/ipam-repair, run RUN
| step 1 of 1  applied at revision N
| Applied: run RUN, revision N. The check afterwards found what the plan promised.
| Undo: ipam-repair rollback RUN

$ ipam-repair scan
| etcd http://ETCD   cluster CLUSTER   Calico v3.32.1   revision N   93 keys in N s
|
|   1 pool   4 blocks (0 empty)   6 nodes, 4 without a block   39 of 256 addresses used
|
| ERROR   P1  Pool eqiad-pods-second: 10.64.64.1/24 has host bits: it means 10.64.64.0/24, or another network was meant.
|             calicoctl refuses to delete it.
|             Traffic: None by itself: nodes compute with 10.64.64.0/24. Urgency: any time.
|             Do not remove it: it is the only pool over 39 addresses in use, and keeps them reachable.
| INFO    B16 Block 10.64.64.0/26 belongs to nobody, with 6 addresses in use, most on kubernetes1002 (6).
|             The same of block 10.64.64.192/26.
|             Traffic: No effect on live pods while a pool covers them: each is reached by its /32 route where nodes
|             exchange routes.
|             ipam-repair reassign-affinity --block 10.64.64.0/26 --to kubernetes1002
|             ipam-repair reassign-affinity --block 10.64.64.192/26 --to kubernetes1001
| WARNING     Capacity: Pool eqiad-pods-second (10.64.64.0/24) can hold 4 blocks of /26, and 6 nodes want one: 4 have
|             none, while 2 blocks belong to no living node. Pods on these nodes can only borrow addresses of other nodes'
|             blocks. A /26 for each node needs a /23, or blocks of /27. Another pool of /25 has the 2 that are missing.
| INFO        Capacity: pool eqiad-pods-second (10.64.64.0/24) has 4 blocks and no room for another of /26; 39 of 256
|             addresses used, 11 borrowed, 217 free. Room for 0 more nodes and 217 more pods. Nodes without a block:
|             kubernetes1001 (6 borrowed addresses), kubernetes1002 (6 borrowed addresses), kubernetes1005 (6 borrowed
|             addresses), kubernetes1006 (5 borrowed addresses).
|
| 1 error, 0 warnings. 1 capacity warning.
| Urgency: 1 any time. It can wait for the next maintenance: nothing fails, and nothing ordinary makes it fail.
exit 1

$ ipam-repair playbook list
| overlapping-pool  A pool was mistyped and lies over another one
| Read one: ipam-repair playbook show NAME

$ ipam-repair playbook show no-such
| there is no playbook no-such; there are: overlapping-pool
exit 2
