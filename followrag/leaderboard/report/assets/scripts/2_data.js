// What the page holds: plain JSON for tables and charts, packed shards for texts and for plotly.

const contents = JSON.parse(document.getElementById("contents").textContent);

const unpack = (id) => {
  const packed = atob(document.getElementById(id).textContent);
  const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
};

const shards = new Map();
const shard = (board, part) => {
  const id = `rows-${board}-${part}`;
  if (!shards.has(id)) shards.set(id, unpack(id).then(JSON.parse));
  return shards.get(id);
};

let loading;
const plotly = () => {
  loading ||= unpack("plotly").then((code) => {
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
    if (!window.Plotly) throw new Error("plotly did not start");
    return window.Plotly;
  });
  return loading;
};
