/** The protocol, as libp2p negotiates it. */
export const SYNC_PROTOCOL = '/mulu/sync/1'
