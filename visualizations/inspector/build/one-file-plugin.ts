import type { Plugin } from 'vite'

/** Puts script and style into the page itself, so that it is one file and its policy can name both by their hashes. */
export function oneFilePlugin(): Plugin {
  return {
    name: 'one-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['index.html']
      if (page?.type !== 'asset') throw new Error('Expected the build to make index.html')
      let html = String(page.source)
      for (const [name, file] of Object.entries(bundle)) {
        if (file === page) continue
        const isScript = file.type === 'chunk'
        const source = isScript ? file.code : String(file.source)
        const isOne = isScript || name.endsWith('.css')
        const link = new RegExp(`<(script|link)[^>]*"[./]*${name}"[^>]*>(</script>)?`)
        if (!isOne || !link.test(html))
          throw new Error(`Expected the page to need no file but itself, got ${name}`)
        html = html.replace(link, () => element(isScript, source))
        delete bundle[name]
      }
      page.source = html
      page.fileName = 'page.html'
    }
  }
}

function element(isScript: boolean, source: string): string {
  const [start, end] = isScript ? ['<script type="module">', '</script>'] : ['<style>', '</style>']
  const text = source.trim()
  // what would end the element early cannot be written otherwise everywhere: let the author do it
  if (/<\/(script|style)|<!--/i.test(text))
    throw new Error(`Expected no end of an element in the page's ${end}`)
  return `${start}${text}${end}`
}
