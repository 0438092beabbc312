import { peerMachine } from '../../../machines/index.ts'
import { inlinePeer } from '../../inline.ts'
import { themeSheet } from '../../pictures/style.ts'
import type { Plugin } from 'vite'

const NAME = 'virtual:chart'
const STYLE = 'virtual:chart.css'

/**
 * Puts the picture of a peer's life into the page: the SVG into `<template id="chart">`, from which it is
 * cloned (the page may not make elements from text), its colours, by day and by night, into the style sheet, and what is on it
 * into the module `virtual:chart`.
 */
export async function chartPlugin(): Promise<Plugin> {
  const { svg, states, edges } = await inlinePeer(peerMachine)
  const sources = new Map([
    [
      NAME,
      `export const STATES = ${JSON.stringify(states)}\nexport const EDGES = ${JSON.stringify(edges)}`
    ],
    [STYLE, themeSheet()]
  ])
  return {
    name: 'chart',
    resolveId: (id) => (sources.has(id) ? `\0${id}` : undefined),
    load: (id) => sources.get(id.slice(1)),
    transformIndexHtml: (html) =>
      // a function: a picture may hold what `replace` takes for a pattern
      html.replace('<template id="chart">', (start) => `${start}${withoutStyle(svg.light)}`)
  }
}

const withoutStyle = (svg: string): string => svg.replace(/<style>[^<]*<\/style>/, '')
