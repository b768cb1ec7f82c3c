# One object at a time.
#
# A pool was deleted by mistake, and its blocks lost their owners. What is left of a block, and who uses it?

@load v3.32.1/incident-wrong-deletion

$ ipam-repair show block 10.64.64.0/26
| Block 10.64.64.0/26 belongs to nobody: 6 of 64 addresses held.
|
| Owner       nobody
| Sequence    1795464903016715447
| Affinities  none
| Pool        eqiad-pods-second (10.64.64.1/24 = 10.64.64.0/24, blocks of /26)
| Used on     kubernetes1002 6
| Ordinals    . free 58   p pod 6
|                +0       +8       +16      +24
|   10.64.64.0   ..pppppp ........ ........ ........
|   10.64.64.32  ........ ........ ........ ........
| Findings    1 info, told below
| History     unchanged since revision N, as of revision N
|             compacted away in etcd: older values of block 10.64.64.0/26
|
| INFO    B16 Block 10.64.64.0/26 belongs to nobody, with 6 addresses in use, most on kubernetes1002 (6).
|             Traffic: No effect on live pods while a pool covers them: each is reached by its /32 route where nodes
|             exchange routes.
|             ipam-repair reassign-affinity --block 10.64.64.0/26 --to kubernetes1002

# Who is that node, and what does it have?

$ ipam-repair show node kubernetes1002
| Node kubernetes1002: 0 blocks, 0 affinities, 6 workloads, 6 addresses in blocks that are not its own.
|
| Blocks      none
| Affinities  none
| Tunnels     none
| Borrowed    10.64.64.2 of nobody's block 10.64.64.0/26: pod mathoid/mathoid-84fb96d9f4-rk2bt on kubernetes1002
|             10.64.64.3 of nobody's block 10.64.64.0/26: pod mathoid/mathoid-5b9c68c8df-qwv57 on kubernetes1002
|             10.64.64.4 of nobody's block 10.64.64.0/26: pod mathoid/mathoid-6d8f587b48-84bdv on kubernetes1002
|             10.64.64.5 of nobody's block 10.64.64.0/26: pod mathoid/mathoid-7c5d44967b-5bs59 on kubernetes1002
|             10.64.64.6 of nobody's block 10.64.64.0/26: pod mathoid/mathoid-84fb4c9786-fqqxh on kubernetes1002
|             10.64.64.7 of nobody's block 10.64.64.0/26: pod mathoid/mathoid-6d8fd6ff58-z4g6v on kubernetes1002
| Lent        none
| Pools       eqiad-pods-second (10.64.64.1/24 = 10.64.64.0/24)
| Known to    k8s
| Findings    1 info, told below
| History     unchanged since revision N, as of revision N
|             compacted away in etcd: older values of node kubernetes1002
|
| INFO    B16 Block 10.64.64.0/26 belongs to nobody, with 6 addresses in use, most on kubernetes1002 (6).
|             Traffic: No effect on live pods while a pool covers them: each is reached by its /32 route where nodes
|             exchange routes.
|             ipam-repair reassign-affinity --block 10.64.64.0/26 --to kubernetes1002
| Next: ipam-repair show address 10.64.64.2

# One of its addresses.

$ ipam-repair show address 10.64.64.2
| Address 10.64.64.2 is held for pod mathoid/mathoid-84fb96d9f4-rk2bt on kubernetes1002, and used.
|
| Block       10.64.64.0/26 of nobody, ordinal 2
| Held for    pod mathoid/mathoid-84fb96d9f4-rk2bt on kubernetes1002
| Handle      k8s-pod-network.5dd38bcbfb41f690478227a769e5306c5f73a6a9bcca73494edc7344ae248538
| Since       2026-11-23 20:15:03.103559041 +0000 UTC
| Pool        eqiad-pods-second (10.64.64.1/24 = 10.64.64.0/24)
| Used by     pod mathoid/mathoid-84fb96d9f4-rk2bt on kubernetes1002
|             (wep:mathoid/kubernetes1002-k8s-mathoid--84fb96d9f4--rk2bt-eth0)
| Findings    1 info, told below
| History     unchanged since revision N, as of revision N
|             compacted away in etcd: older values of block 10.64.64.0/26, handle
|             k8s-pod-network.5dd38bcbfb41f690478227a769e5306c5f73…, wep
|             mathoid/kubernetes1002-k8s-mathoid--84fb96d9f4--rk2bt-e…
|
| INFO    B16 Block 10.64.64.0/26 belongs to nobody, with 6 addresses in use, most on kubernetes1002 (6).
|             Traffic: No effect on live pods while a pool covers them: each is reached by its /32 route where nodes
|             exchange routes.
|             ipam-repair reassign-affinity --block 10.64.64.0/26 --to kubernetes1002
| Next: ipam-repair show block 10.64.64.0/26

# The block gets its owner back. Its history says so, as far as etcd has it.

$ ipam-repair reassign-affinity --block 10.64.64.0/26 --to kubernetes1002 --out reassign.json
| Wrote plan reassign.json: 1 step, 1 key created, 1 key changed, 6 addresses affected. Nothing has changed yet.
| Next: ipam-repair review reassign.json

$ ipam-repair apply reassign.json --yes
| plan DIGEST  Reassign block 10.64.64.0/26 to kubernetes1002
| undo, once it is applied: ipam-repair rollback RUN
| Reassign block 10.64.64.0/26 to kubernetes1002: write 2 keys in 1 transaction? yes (--yes)
| journal FOLDER/.local/state/ipam-repair, run RUN
| step 1 of 1  applied at revision N
| Applied: run RUN, revision N. The check afterwards found what the plan promised.
| Undo: ipam-repair rollback RUN

$ ipam-repair show block 10.64.64.0/26
| Block 10.64.64.0/26 belongs to kubernetes1002: 6 of 64 addresses held.
|
| Owner       kubernetes1002, claimed TIME
| Sequence    1795464903016715448
| Affinities  kubernetes1002 confirmed: its own block
| Pool        eqiad-pods-second (10.64.64.1/24 = 10.64.64.0/24, blocks of /26)
| Used on     kubernetes1002 6
| Ordinals    . free 58   p pod 6
|                +0       +8       +16      +24
|   10.64.64.0   ..pppppp ........ ........ ........
|   10.64.64.32  ........ ........ ........ ........
| Findings    none touches it
| History     unchanged since revision N, as of revision N
|             revision N  owner nobody → kubernetes1002
|               affinity_claim_time TIME added
|             revision N  affinity host:kubernetes1002:10.64.64.0/26  created: confirmed
|             compacted away in etcd: older values of block 10.64.64.0/26
| Next: ipam-repair show node kubernetes1002

# A mistyped pool: its CIDR has two readings, and it lies over another pool.

@load v3.32.1/incident-typo

$ ipam-repair show pool eqiad-pods-second
| Pool eqiad-pods-second stands at 10.64.64.0/24: 4 blocks, 41 of 256 addresses held.
|
| CIDR        10.64.64.1/24 has host bits: the network is 10.64.64.0/24, the single address is 10.64.64.1/32
| Settings    enabled, blocks of /26, IPIP Never, VXLAN Never, no NAT, exported over BGP, for Workload, Tunnel, assigned
|             Automatic
| Nodes       all() selects 6 of 6
| Overlaps    eqiad-pods (10.64.64.0/24), the same network; its settings hold where both are
| Capacity    no room for another block of /26; 41 addresses held, 9 of them borrowed; 41 used by endpoints and tunnels
| No block    kubernetes1005 (5 addresses borrowed), kubernetes1006 (4 addresses borrowed)
| Blocks      10.64.64.0/26 of kubernetes1002: 8 of 64 held
|             10.64.64.64/26 of kubernetes1003: 13 of 64 held
|             10.64.64.128/26 of kubernetes1004: 12 of 64 held
|             10.64.64.192/26 of kubernetes1001: 8 of 64 held
| Findings    6 errors, told below
| History     unchanged since revision N, as of revision N
|             compacted away in etcd: older values of pool eqiad-pods-second
|
| ERROR   P1  Pool eqiad-pods-second: 10.64.64.1/24 has host bits: it means 10.64.64.0/24, or another network was meant.
|             calicoctl refuses to delete it.
|             Traffic: None by itself: nodes compute with 10.64.64.0/24. Urgency: any time.
|             ipam-repair remove-pool eqiad-pods-second
| ERROR   P2  Pool eqiad-pods-second (10.64.64.1/24 = 10.64.64.0/24) overlaps eqiad-pods (10.64.64.0/24).
|             Traffic: None by itself: the settings of eqiad-pods, the first by name, hold. Deleting either by its CIDR
|             may delete the other, and takes blocks from their nodes. Urgency: today.
|             ipam-repair remove-pool eqiad-pods-second
| ERROR   B10 Block 10.64.64.0/26 lies in 2 pools: eqiad-pods, eqiad-pods-second.
|             The same of block 10.64.64.64/26, block 10.64.64.128/26, block 10.64.64.192/26.
|             Traffic: None by itself. Deleting one of the pools with Calico's tools can take the block from its node.
|             Urgency: today.
|             ipam-repair remove-pool eqiad-pods-second
| Next: ipam-repair show block 10.64.64.0/26

$ ipam-repair remove-pool eqiad-pods-second --out remove-pool.json
| Wrote plan remove-pool.json: 1 step, 1 key deleted, 0 addresses affected. Nothing has changed yet.
| Next: ipam-repair review remove-pool.json

$ ipam-repair apply remove-pool.json --yes
| plan DIGEST  Remove pool eqiad-pods-second (10.64.64.1/24)
| undo, once it is applied: ipam-repair rollback RUN
| Remove pool eqiad-pods-second (10.64.64.1/24): write 1 key in 1 transaction? yes (--yes)
| journal FOLDER/.local/state/ipam-repair, run RUN
| step 1 of 1  applied at revision N
| Applied: run RUN, revision N. The check afterwards found what the plan promised.
| Undo: ipam-repair rollback RUN

# It is gone, and what was deleted a moment ago is still in etcd.

$ ipam-repair show pool eqiad-pods-second
| There is no pool eqiad-pods-second.
| Near: pool eqiad-pods
| It was deleted at revision N: 10.64.64.1/24.
| Until the next compaction etcd has its last value:
|   etcdctl get --rev=N /calico/resources/v3/projectcalico.org/ippools/eqiad-pods-second
| Next: ipam-repair show pool eqiad-pods
exit 2

# An address that two pods use.

@load v3.32.1/crash-S15

$ ipam-repair show address 10.192.72.17
| Address 10.192.72.17 is in conflict: used twice; held for another than its user.
|
| Block       10.192.72.16/29 of kubernetes2001, ordinal 1
| Held for    pod default/echostore-6d8f6bb64d-vqn22 on kubernetes2001
| Handle      k8s-pod-network.49a2198bbd326f130de187207227f0e8616af97d8007ff2763f89cacb63973f0
| Since       2026-11-23 20:23:17.783896762 +0000 UTC
| Pool        codfw-pods (10.192.72.0/27)
| Used by     pod default/blubberoid-7c5dd8fb5d-zlsjf on kubernetes2001
|             (wep:default/kubernetes2001-k8s-blubberoid--7c5dd8fb5d--zlsjf-eth0)
|             pod default/echostore-6d8f6bb64d-vqn22 on kubernetes2001
|             (wep:default/kubernetes2001-k8s-echostore--6d8f6bb64d--vqn22-eth0)
| Findings    2 errors, told below
| History     unchanged since revision N, as of revision N
|             compacted away in etcd: older values of block 10.192.72.16/29, handle
|             k8s-pod-network.49a2198bbd326f130de187207227f0e8616a…, wep
|             default/kubernetes2001-k8s-blubberoid--7c5dd8fb5d--zlsj…, wep
|             default/kubernetes2001-k8s-echostore--6d8f6bb64d--vqn22…
|
| ERROR   W2  Pod default/blubberoid-7c5dd8fb5d-zlsjf on kubernetes2001 uses 10.192.72.17, which is held for another.
|             Traffic: Whoever it is held for may use it too; it is released when that one ends, and then given out again.
|             Urgency: now.
|             No command of this tool repairs this yet.
| ERROR   W4  Address 10.192.72.17 is used by both pod default/blubberoid-7c5dd8fb5d-zlsjf on kubernetes2001 and pod
|             default/echostore-6d8f6bb64d-vqn22 on kubernetes2001.
|             Traffic: Each connection reaches only one of them: on the nodes of the two each node's own, from other nodes
|             one or the other. Urgency: now.
|             No command of this tool repairs this yet.
| Next: ipam-repair show block 10.192.72.16/29

$ ipam-repair show block 10.192.72.16/29
| Block 10.192.72.16/29 belongs to kubernetes2001: 8 of 8 addresses held.
|
| Owner       kubernetes2001, claimed TIME
| Sequence    1795465397605958659
| Affinities  kubernetes2001 confirmed: its own block
| Pool        codfw-pods (10.192.72.0/27, blocks of /29)
| Used on     kubernetes2001 8
| Ordinals    X in conflict 1   t tunnel 1   p pod 6
|   10.192.72.16  tXpppppp
| In conflict 10.192.72.17
| Findings    2 errors, told below
| History     unchanged since revision N, as of revision N
|             compacted away in etcd: older values of block 10.192.72.16/29, affinity host:kubernetes2001:10.192.72.16/29
|
| ERROR   W2  Pod default/blubberoid-7c5dd8fb5d-zlsjf on kubernetes2001 uses 10.192.72.17, which is held for another.
|             Traffic: Whoever it is held for may use it too; it is released when that one ends, and then given out again.
|             Urgency: now.
|             No command of this tool repairs this yet.
| ERROR   W4  Address 10.192.72.17 is used by both pod default/blubberoid-7c5dd8fb5d-zlsjf on kubernetes2001 and pod
|             default/echostore-6d8f6bb64d-vqn22 on kubernetes2001.
|             Traffic: Each connection reaches only one of them: on the nodes of the two each node's own, from other nodes
|             one or the other. Urgency: now.
|             No command of this tool repairs this yet.
| Next: ipam-repair show address 10.192.72.17

# A handle that counts fewer addresses than it has: the beginning of its ID is enough to find it.

@load v3.32.1/crash-S12-count

$ ipam-repair show handle k8s-pod-network.951c6f73dc66e262
| There is no handle k8s-pod-network.951c6f73dc66e262.
| Near: handle k8s-pod-network.951c6f73dc66e262230d3fa5d0a3a704de7c…
| Next: ipam-repair show handle k8s-pod-network.951c6f73dc66e262230d3fa5d0a3a704de7c25c944a99ea102b81c1c41c2c594
exit 2

$ ipam-repair show handle k8s-pod-network.951c6f73dc66e262230d3fa5d0a3a704de7c25c944a99ea102b81c1c41c2c594
| Handle k8s-pod-network.951c6f73dc66e262230d3fa5d0a3a704de7c25c944a99ea102b81c1c41c2c594 has 3 addresses, and counts
| otherwise.
|
| Counts      10.192.68.128/26: counts 1, has 3
| Addresses   10.192.68.131 for pod default/citoid-84fb8c679f-x47mr on kubernetes2001: used by it
|             10.192.68.132 for pod default/citoid-84fb8c679f-x47mr on kubernetes2001: used by it
|             10.192.68.133 for pod default/citoid-84fb8c679f-x47mr on kubernetes2001: used by it
| Findings    1 error, told below
| History     unchanged since revision N, as of revision N
|             compacted away in etcd: older values of handle k8s-pod-network.951c6f73dc66e262230d3fa5d0a3a704de7c…
|
| ERROR   H2  Handle k8s-pod-network.951c6f73dc66e262… counts 1 address in block 10.192.68.128/26 and has 3.
|             Traffic: None on running traffic. When its pod ends the address is not released: it leaks. Urgency: any
|             time.
|             No command of this tool repairs this yet.
| Next: ipam-repair show address 10.192.68.131

# A block of which Windows keeps four addresses for itself. With host bits a CIDR has two readings, and none is chosen.

@load v3.32.1/healthy-windows

$ ipam-repair show block 10.64.83.64/26
| Block 10.64.83.64/26 belongs to win-1: 7 of 64 addresses held.
|
| Owner       win-1, claimed TIME
| Sequence    1795464899139618456
| Affinities  win-1 confirmed: its own block
| Pool        pods (10.64.80.0/22, blocks of /26)
| Used on     win-1 3
| Ordinals    . free 57   w reserved by Windows 4   p pod 3
|                 +0       +8       +16      +24
|   10.64.83.64   wwwppp.. ........ ........ ........
|   10.64.83.96   ........ ........ ........ .......w
| Findings    none touches it
| History     unchanged since revision N, as of revision N
|             compacted away in etcd: older values of block 10.64.83.64/26, affinity host:win-1:10.64.83.64/26
| Next: ipam-repair show node win-1

$ ipam-repair show block 10.64.83.65/26
| Invalid value for positional parameter at index 0 (CIDR): 10.64.83.65/26 has host bits: the network is 10.64.83.64/26,
|   the single address is 10.64.83.65/32
| Help: ipam-repair show block --help
exit 2

@unchanged
