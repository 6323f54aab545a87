/** The node: a registry on disk, its network, its HTTP API and the `mulu` command. */
export { systemClock } from './clock.ts'
export { createCrypto, createSigner } from './crypto.ts'
export { createApp } from './http/app.ts'
export { startNode } from './node.ts'
export { openNode } from './open-node.ts'
export { openDatabase } from './store/open-database.ts'
