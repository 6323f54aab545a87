/** Opens the store of a folder as a node does; says when it begins and ends once it is open. */
import { systemClock } from '../../packages/node/src/clock.ts'
import { dataFolder } from '../../packages/node/src/folder/data-folder.ts'
import { openNodeStore } from '../../packages/node/src/store/node-store.ts'

const [, , dir = ''] = process.argv
process.stdout.write('opening\n')
await using _ = await openNodeStore(dataFolder(dir), systemClock, { keepsAll: false })
