// The part of asciichart that chart.ts uses; the package brings no types.
declare module 'asciichart' {
  export interface PlotOptions {
    height?: number
    format?: (value: number) => string
    colors?: (string | undefined)[]
  }
  const asciichart: { plot(series: number[], options?: PlotOptions): string }
  export default asciichart
}
