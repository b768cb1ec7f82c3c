# Act 1: the mistyped pool.
#
# The cluster has one pool, eqiad-pods, 10.64.64.0/24. Somebody wanted to add 10.64.65.0/24 and typed 10.64.64.1/24.
# Now two pools lie over each other. Calico's own tool cannot delete the mistyped one, and a deletion by CIDR can hit
# the right one.
#

@load v3.32.1/incident-typo

# What is wrong?

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

# Which of the two is 10.64.64.1/24? The tool does not guess.

$ ipam-repair remove-pool 10.64.64.1/24
| remove-pool takes a pool's name, because 2 pools cover 10.64.64.0/24:
|   eqiad-pods  10.64.64.0/24  4 blocks, 41 addresses in use
|   eqiad-pods-second  10.64.64.1/24  4 blocks, 41 addresses in use  (10.64.64.0/24, entered with host bits)
exit 2

# By name it is clear. This makes a plan and changes nothing.

$ ipam-repair remove-pool eqiad-pods-second --reason T251054 --out remove-pool.json
| Wrote plan remove-pool.json: 1 step, 1 key deleted, 0 addresses affected. Nothing has changed yet.
| Next: ipam-repair review remove-pool.json

# A second person reads it.

$ ipam-repair review remove-pool.json
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
| Try, writing nothing: ipam-repair apply remove-pool.json --dry-run
| Next: ipam-repair apply remove-pool.json
| Undo, with the run's ID that apply prints: ipam-repair rollback RUN

# Can it be applied, as things are now? Then do it. (Without --yes, apply asks for the pool's name.)

$ ipam-repair apply remove-pool.json --dry-run
| plan DIGEST  Remove pool eqiad-pods-second (10.64.64.1/24)
| cluster and 2 conditions checked at revision N
| Dry run: the plan can be applied. Nothing was written.

$ ipam-repair apply remove-pool.json --yes
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

# And the way back, if that was a mistake.

$ ipam-repair rollback RUN --yes
| Roll back run RUN: Remove pool eqiad-pods-second (10.64.64.1/24)
| Creates 1 pool, in 1 transaction.
| Resolves no finding, adds 7 errors, leaves no finding on what it writes.
| No address is affected.
|
| Reason    none given
| Author    WHO@HOST, TIME
| Expires   TIME
| Made by   ipam-repair rollback RUN
| Cluster   etcd cluster CLUSTER, Calico cluster beddc35c4eba43f0837049e5bb0e20ee, revision N
| Digest    DIGEST
| Findings  All rules, judged on all 99 keys at revision N; no error or warning elsewhere.
|   P1   error    0 → 1  A pool's CIDR is a network without host bits, in Calico's spelling: pool eqiad-pods-second
|   P2   error    0 → 2  No two pools overlap: pool eqiad-pods, pool eqiad-pods-second
|   B10  error    0 → 4  A block lies inside exactly one pool: block 10.64.64.0/26, block 10.64.64.64/26, block
|     10.64.64.128/26, block 10.64.64.192/26
| Impact    Undoes what run RUN did: its old bytes for each key that nobody wrote since, else the run's part in it.
| Step 1    1 pool created, in one transaction
|   + pool eqiad-pods-second  put back, byte for byte, as before run RUN
|       why: undoes run RUN
|       is: kind IPPool; apiVersion projectcalico.org/v3; metadata.name eqiad-pods-second; metadata.uid
|         6a9f0c5e-52b7-4a57-9a0d-5d8d5c3f2b11; metadata.creationTimestamp TIME; spec.cidr 10.64.64.1/24;
|         spec.vxlanMode Never; spec.ipipMode Never; spec.blockSize 26; spec.nodeSelector all(); spec.allowedUses
|         ["Workload","Tunnel"]; spec.assignmentMode Automatic
|   requires
|     each key above exactly as it is now
| Rollback  Deletes 1 pool again; what others write meanwhile stays. 7 errors should go again.
| plan DIGEST  Roll back run RUN: Remove pool eqiad-pods-second (10.64.64.1/24)
| undo, once it is applied: ipam-repair rollback RUN
| Roll back run RUN: Remove pool eqiad-pods-second (10.64.64.1/24): write 1 key in 1 transaction? yes (--yes)
| journal FOLDER/.local/state/ipam-repair, run RUN
| step 1 of 1  applied at revision N
| Applied: run RUN, revision N. The check afterwards found what the plan promised.
| Undo: ipam-repair rollback RUN

@unchanged

# Act 2: the wrong deletion.
#
# In the real incident nobody had such a plan. The mistyped pool was deleted by its CIDR, which hit the right pool: its
# nodes gave up their blocks, while pods went on using the addresses.
#

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

# The scan names the way back for each block: its node takes it back. No pod is restarted.

$ ipam-repair reassign-affinity --block 10.64.64.64/26 --to kubernetes1003 --reason T251054 --out block-64.json
| Wrote plan block-64.json: 1 step, 2 keys changed, 14 addresses affected. Nothing has changed yet.
| Next: ipam-repair review block-64.json

$ ipam-repair review block-64.json
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
| Try, writing nothing: ipam-repair apply block-64.json --dry-run
| Next: ipam-repair apply block-64.json
| Undo, with the run's ID that apply prints: ipam-repair rollback RUN

$ ipam-repair apply block-64.json --yes
| plan DIGEST  Reassign block 10.64.64.64/26 to kubernetes1003
| undo, once it is applied: ipam-repair rollback RUN
| Reassign block 10.64.64.64/26 to kubernetes1003: write 2 keys in 1 transaction? yes (--yes)
| journal FOLDER/.local/state/ipam-repair, run RUN
| step 1 of 1  applied at revision N
| Applied: run RUN, revision N. The check afterwards found what the plan promised.
| Undo: ipam-repair rollback RUN

$ ipam-repair reassign-affinity --block 10.64.64.0/26 --to kubernetes1002 --reason T251054 --out block-0.json
| Wrote plan block-0.json: 1 step, 1 key created, 1 key changed, 6 addresses affected. Nothing has changed yet.
| Next: ipam-repair review block-0.json

$ ipam-repair apply block-0.json --yes
| plan DIGEST  Reassign block 10.64.64.0/26 to kubernetes1002
| undo, once it is applied: ipam-repair rollback RUN
| Reassign block 10.64.64.0/26 to kubernetes1002: write 2 keys in 1 transaction? yes (--yes)
| journal FOLDER/.local/state/ipam-repair, run RUN
| step 1 of 1  applied at revision N
| Applied: run RUN, revision N. The check afterwards found what the plan promised.
| Undo: ipam-repair rollback RUN

$ ipam-repair reassign-affinity --block 10.64.64.192/26 --to kubernetes1001 --reason T251054 --out block-192.json
| Wrote plan block-192.json: 1 step, 1 key created, 1 key changed, 6 addresses affected. Nothing has changed yet.
| Next: ipam-repair review block-192.json

$ ipam-repair apply block-192.json --yes
| plan DIGEST  Reassign block 10.64.64.192/26 to kubernetes1001
| undo, once it is applied: ipam-repair rollback RUN
| Reassign block 10.64.64.192/26 to kubernetes1001: write 2 keys in 1 transaction? yes (--yes)
| journal FOLDER/.local/state/ipam-repair, run RUN
| step 1 of 1  applied at revision N
| Applied: run RUN, revision N. The check afterwards found what the plan promised.
| Undo: ipam-repair rollback RUN

# What is left is the mistyped text of the pool, which harms nobody, and the tool says what must not be done about it.

$ ipam-repair scan
| etcd http://ETCD   cluster CLUSTER   Calico v3.32.1   revision N   95 keys in N s
|
|   1 pool   4 blocks (0 empty)   6 nodes, 2 without a block   39 of 256 addresses used
|
| ERROR   P1  Pool eqiad-pods-second: 10.64.64.1/24 has host bits: it means 10.64.64.0/24, or another network was meant.
|             calicoctl refuses to delete it.
|             Traffic: None by itself: nodes compute with 10.64.64.0/24. Urgency: any time.
|             Do not remove it: it is the only pool over 39 addresses in use, and keeps them reachable.
| WARNING     Capacity: Pool eqiad-pods-second (10.64.64.0/24) can hold 4 blocks of /26, and 6 nodes want one: 2 have
|             none. Pods on these nodes can only borrow addresses of other nodes' blocks. A /26 for each node needs a /23,
|             or blocks of /27. Another pool of /25 has the 2 that are missing.
| INFO        Capacity: pool eqiad-pods-second (10.64.64.0/24) has 4 blocks and no room for another of /26; 39 of 256
|             addresses used, 11 borrowed, 217 free. Room for 0 more nodes and 217 more pods. Nodes without a block:
|             kubernetes1005 (6 borrowed addresses), kubernetes1006 (5 borrowed addresses).
|
| 1 error, 0 warnings. 1 capacity warning.
| Urgency: 1 any time. It can wait for the next maintenance: nothing fails, and nothing ordinary makes it fail.
exit 1

$ ipam-repair remove-pool eqiad-pods-second
| Pool eqiad-pods-second is the only pool over 39 addresses in use: 10.64.64.2
|   (wep:mathoid/kubernetes1002-k8s-mathoid--84fb96d9f4--rk2bt-eth0), 10.64.64.3
|   (wep:mathoid/kubernetes1002-k8s-mathoid--5b9c68c8df--qwv57-eth0), 10.64.64.4
|   (wep:mathoid/kubernetes1002-k8s-mathoid--6d8f587b48--84bdv-eth0), 10.64.64.5
|   (wep:mathoid/kubernetes1002-k8s-mathoid--7c5d44967b--5bs59-eth0), 10.64.64.6
|   (wep:mathoid/kubernetes1002-k8s-mathoid--84fb4c9786--fqqxh-eth0) and 34 more.
| Without a pool these are cut off from other nodes; masquerading and encapsulation of their traffic end.
| Put another pool over them first, move the workloads, or accept it: remove-pool eqiad-pods-second --keep-blocks
exit 10

$ ipam-repair runs
| RUN  TIME  WHO@HOST  applied  Reassign block 10.64.64.192/26 to kubernetes1001
| RUN  TIME  WHO@HOST  applied  Reassign block 10.64.64.0/26 to kubernetes1002
| RUN  TIME  WHO@HOST  applied  Reassign block 10.64.64.64/26 to kubernetes1003
| RUN  TIME  WHO@HOST  applied  Roll back run RUN: Remove pool eqiad-pods-second (10.64.64.1/24)
| RUN  TIME  WHO@HOST  applied  Remove pool eqiad-pods-second (10.64.64.1/24)
