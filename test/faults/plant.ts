/**
 * Plants the fault that the environment names into the modules of the library as they are loaded:
 *
 *     SEEDED_FAULT=double-release node --import ./test/faults/plant.ts program.ts
 *
 * Without a name it plants nothing.
 */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { entriesOf, placeOf, planted } from './planted.ts'

const { SEEDED_FAULT: name = '' } = process.env
const faults = name === '' ? [] : entriesOf(name)
const byUrl = Map.groupBy(faults, (fault) => pathToFileURL(placeOf(fault)).href)

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const here = byUrl.get(url) ?? []
    if (here.length === 0) return loaded
    const source = Buffer.from(loaded.source as Uint8Array).toString('utf8')
    return { ...loaded, source: here.reduce(planted, source) }
  }
})
