/** The icons themselves: a triangle for an alert, a sheet for an order, coloured by level; drawn, not loaded. */
import type { GeoJSONSource, Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl'
import type { CityMap } from '@/map/cityMap'
import type { MapObject } from '@/map/manifest'
import type { Icon } from './marks'

const SOURCE = 'open-marks'
const SIZE = 44
const LEVEL_COLOURS = ['', '#ff4d5e', '#ff9a3c', '#ffd84a', '#4aa8ff'] as const
const SORTS = ['alert', 'order'] as const
const EDGE = '#071426'

/** The icons' layer of one map; `clicked` hears of the object an icon stands at. */
export class MarkIcons {
  private readonly map: MapLibreMap

  constructor(
    private readonly city: CityMap,
    private readonly clicked: (object: MapObject) => void,
  ) {
    this.map = city.map
    for (const sort of SORTS) for (let level = 1; level <= 4; level++) this.draw(sort, level)
    this.map.addSource(SOURCE, { type: 'geojson', data: collection([]) as never })
    this.map.addLayer({
      id: SOURCE,
      type: 'symbol',
      source: SOURCE,
      layout: {
        'icon-image': ['get', 'icon'],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.5, 14, 0.85],
        'icon-anchor': 'bottom',
        'icon-offset': ['get', 'offset'],
        'icon-padding': 1,
        'symbol-sort-key': ['get', 'level'],
      },
    })
    this.map.on('click', SOURCE, this.onClick)
    this.map.on('mousemove', SOURCE, this.onOver)
  }

  show(icons: readonly Icon[]): void {
    const source = this.map.getSource<GeoJSONSource>(SOURCE)
    const both = new Set(icons.filter(({ sort }) => sort === 'order').map(({ layer, number }) => `${layer}/${number}`))
    const features = icons.flatMap((icon) => {
      const place = this.city.placeOf(icon)
      if (!place) return []
      const pair = both.has(`${icon.layer}/${icon.number}`)
      const side = icon.sort === 'order' ? 14 : pair ? -14 : 0
      const properties = { ...icon, icon: name(icon.sort, icon.level), offset: [side, -8] }
      return [{ type: 'Feature', properties, geometry: { type: 'Point', coordinates: place } }]
    })
    source?.setData(collection(features) as never)
  }

  private readonly onClick = (event: MapMouseEvent): void => {
    const [feature] = this.map.queryRenderedFeatures(event.point, { layers: [SOURCE] })
    const { layer, number } = feature?.properties ?? {}
    if (typeof layer === 'string' && typeof number === 'number') this.clicked({ layer, number })
  }

  private readonly onOver = (): void => {
    this.map.getCanvas().style.cursor = 'pointer'
  }

  private draw(sort: string, level: number): void {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = SIZE
    const pen = canvas.getContext('2d')
    if (!pen || this.map.hasImage(name(sort, level))) return
    pen.fillStyle = LEVEL_COLOURS[level] ?? LEVEL_COLOURS[4]
    pen.strokeStyle = EDGE
    pen.lineWidth = 3
    pen.lineJoin = 'round'
    if (sort === 'alert') triangle(pen)
    else sheet(pen)
    this.map.addImage(name(sort, level), pen.getImageData(0, 0, SIZE, SIZE), { pixelRatio: 1.6 })
  }
}

const name = (sort: string, level: number): string => `mark-${sort}-${Math.min(4, Math.max(1, level))}`
const collection = (features: object[]): object => ({ type: 'FeatureCollection', features })

function triangle(pen: CanvasRenderingContext2D): void {
  pen.beginPath()
  pen.moveTo(22, 4)
  pen.lineTo(41, 38)
  pen.lineTo(3, 38)
  pen.closePath()
  pen.fill()
  pen.stroke()
  pen.fillStyle = EDGE
  pen.fillRect(20, 15, 4, 11)
  pen.fillRect(20, 29, 4, 4)
}

function sheet(pen: CanvasRenderingContext2D): void {
  pen.beginPath()
  pen.moveTo(9, 4)
  pen.lineTo(27, 4)
  pen.lineTo(36, 13)
  pen.lineTo(36, 40)
  pen.lineTo(9, 40)
  pen.closePath()
  pen.fill()
  pen.stroke()
  pen.fillStyle = EDGE
  for (const y of [17, 24, 31]) pen.fillRect(14, y, y === 31 ? 11 : 17, 3)
}
