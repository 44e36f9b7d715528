/** A sheet of the map for paper or as an image: title, picture, legend, scale bar, north arrow, time and whose it is. */
import type { Map as MapLibreMap } from 'maplibre-gl'
import { distanceM, lengthText } from './geodesy'

export type Paper = 'A4' | 'A3'

export interface SheetLegend {
  zh: string
  colour: string
}

export interface SheetText {
  title: string
  subtitle: string
  legend: readonly SheetLegend[]
  /** When the picture was taken, in words. */
  time: string
  /** Who took it: stands across the picture, so that a copy says where it came from. */
  watermark: string
  attribution: string
}

/** Pixels of a landscape sheet at 150 dots an inch. */
export const PAPER_PX: Readonly<Record<Paper, readonly [width: number, height: number]>> = { A4: [1754, 1240], A3: [2480, 1754] }
const MARGIN = 48
const HEAD = 84
const FOOT = 76
const NICE = [1, 2, 5]

/** The longest round length that a bar of at most `most` metres can show. */
export function niceLengthM(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  const fitting = NICE.map((n) => n * power).filter((length) => length <= most)
  return fitting.at(-1) ?? power
}

/** Largest centred part of a picture that has the shape of the frame. */
export function cropped(width: number, height: number, ratio: number): { x: number; y: number; width: number; height: number } {
  const w = Math.min(width, height * ratio)
  const h = w / ratio
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h }
}

/** The map's picture as it is now; only while a frame is drawn does its buffer hold anything. */
export function pictureOf(map: MapLibreMap): Promise<ImageBitmap> {
  return new Promise((done, failed) => {
    map.once('render', () => void createImageBitmap(map.getCanvas()).then(done, failed))
    map.triggerRepaint()
  })
}

/** Metres that one pixel of the map's element is wide, at its middle. */
export function metresPerPixel(map: MapLibreMap): number {
  const { clientWidth: width, clientHeight: height } = map.getContainer()
  const [left, right] = [map.unproject([width / 2 - 50, height / 2]), map.unproject([width / 2 + 50, height / 2])]
  return distanceM([left.lng, left.lat], [right.lng, right.lat]) / 100
}

export async function drawSheet(map: MapLibreMap, paper: Paper, text: SheetText): Promise<HTMLCanvasElement> {
  const picture = await pictureOf(map)
  const [width, height] = PAPER_PX[paper]
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const g = canvas.getContext('2d')
  if (!g) throw new Error('no canvas')
  const frame = { x: MARGIN, y: HEAD, width: width - 2 * MARGIN, height: height - HEAD - FOOT }
  const part = cropped(picture.width, picture.height, frame.width / frame.height)
  g.fillStyle = '#ffffff'
  g.fillRect(0, 0, width, height)
  g.drawImage(picture, part.x, part.y, part.width, part.height, frame.x, frame.y, frame.width, frame.height)
  picture.close()
  g.save()
  g.beginPath()
  g.rect(frame.x, frame.y, frame.width, frame.height)
  g.clip()
  drawWatermark(g, frame, text.watermark)
  drawLegend(g, frame, text.legend)
  drawNorth(g, frame.x + frame.width - 60, frame.y + 66, map.getBearing())
  g.restore()
  g.strokeStyle = '#15263c'
  g.lineWidth = 2
  g.strokeRect(frame.x, frame.y, frame.width, frame.height)
  drawHead(g, width, text)
  const ratio = map.getContainer().clientWidth / map.getCanvas().width // CSS pixels a pixel of the picture
  drawFoot(g, width, height, text, (metresPerPixel(map) * ratio * part.width) / frame.width, map.getPitch())
  return canvas
}

type Frame = { x: number; y: number; width: number; height: number }
const FONT = '"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif'

function drawHead(g: CanvasRenderingContext2D, width: number, { title, subtitle, time }: SheetText): void {
  g.fillStyle = '#15263c'
  g.textBaseline = 'middle'
  g.textAlign = 'left'
  g.font = `600 34px ${FONT}`
  g.fillText(title, MARGIN, HEAD / 2)
  const after = MARGIN + g.measureText(title).width + 24
  g.font = `20px ${FONT}`
  g.fillStyle = '#4a5f78'
  g.fillText(subtitle, after, HEAD / 2 + 4)
  g.textAlign = 'right'
  g.fillText(time, width - MARGIN, HEAD / 2 + 4)
}

function drawFoot(g: CanvasRenderingContext2D, width: number, height: number, text: SheetText, metresPerPx: number, pitch: number): void {
  const y = height - FOOT / 2 - 6
  const length = niceLengthM(metresPerPx * 320)
  const px = length / metresPerPx
  g.strokeStyle = g.fillStyle = '#15263c'
  g.lineWidth = 3
  g.beginPath()
  g.moveTo(MARGIN, y - 8)
  g.lineTo(MARGIN, y)
  g.lineTo(MARGIN + px, y)
  g.lineTo(MARGIN + px, y - 8)
  g.stroke()
  g.font = `18px ${FONT}`
  g.textAlign = 'left'
  g.fillText(`${lengthText(length).replace(/\.0+ /, ' ')}${pitch > 5 ? '（图面中心）' : ''}`, MARGIN + px + 12, y - 4)
  g.textAlign = 'right'
  g.fillStyle = '#4a5f78'
  g.fillText([text.attribution, text.watermark].filter(Boolean).join(' · '), width - MARGIN, y - 4)
}

function drawLegend(g: CanvasRenderingContext2D, frame: Frame, legend: readonly SheetLegend[]): void {
  if (legend.length === 0) return
  g.font = `17px ${FONT}`
  const wide = Math.max(...legend.map(({ zh }) => g.measureText(zh).width)) + 62
  const high = legend.length * 27 + 20
  const [x, y] = [frame.x + 14, frame.y + frame.height - high - 14]
  g.fillStyle = 'rgba(255,255,255,0.93)'
  g.fillRect(x, y, wide, high)
  legend.forEach(({ zh, colour }, i) => {
    const middle = y + 23 + i * 27
    g.fillStyle = colour
    g.fillRect(x + 14, middle - 7, 22, 14)
    g.fillStyle = '#15263c'
    g.textAlign = 'left'
    g.textBaseline = 'middle'
    g.fillText(zh, x + 46, middle)
  })
}

function drawNorth(g: CanvasRenderingContext2D, x: number, y: number, bearing: number): void {
  g.save()
  g.translate(x, y)
  g.fillStyle = 'rgba(255,255,255,0.9)'
  g.beginPath()
  g.arc(0, 0, 40, 0, 2 * Math.PI)
  g.fill()
  g.rotate((-bearing * Math.PI) / 180)
  g.fillStyle = '#c2323f'
  g.beginPath()
  g.moveTo(0, -22)
  g.lineTo(10, 14)
  g.lineTo(0, 7)
  g.lineTo(-10, 14)
  g.fill()
  g.fillStyle = '#15263c'
  g.font = `600 15px ${FONT}`
  g.textAlign = 'center'
  g.textBaseline = 'middle'
  g.fillText('北', 0, -30)
  g.restore()
}

function drawWatermark(g: CanvasRenderingContext2D, frame: Frame, text: string): void {
  g.save()
  g.font = `26px ${FONT}`
  g.fillStyle = 'rgba(255,255,255,0.16)'
  g.strokeStyle = 'rgba(0,0,0,0.10)'
  g.lineWidth = 1
  g.textAlign = 'center'
  for (let y = 90; y < frame.height + 200; y += 230) {
    for (let x = 180; x < frame.width + 300; x += 520) {
      g.save()
      g.translate(frame.x + x + (y % 460 ? 0 : 200), frame.y + y)
      g.rotate(-0.35)
      g.strokeText(text, 0, 0)
      g.fillText(text, 0, 0)
      g.restore()
    }
  }
  g.restore()
}
