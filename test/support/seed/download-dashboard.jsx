import { useEffect, useState } from "react";

function DownloadDashboard() {
  const [dashboardData, setDashboardData] = useState(null);
  const [isConnected, setIsConnected] = useState(false);

  useEffect(() => {
    const ws = new WebSocket("ws://localhost:8000/ws/dashboard");

    ws.onopen = () => {
      setIsConnected(true);
      console.log("Dashboard WebSocket conectado");
    };

    ws.onmessage = (event) => {
      const data = JSON.parse(event.data);

      if (data.type === "dashboard_update") {
        setDashboardData(data.data);
      }
    };

    ws.onclose = () => {
      setIsConnected(false);
      console.log("Dashboard WebSocket desconectado");
    };

    return () => ws.close();
  }, []);

  if (!dashboardData) {
    return <div>Carregando dashboard...</div>;
  }

  return (
    <div>
      <h1>YouTube Download Dashboard</h1>

      {/* Estatísticas */}
      <div className="stats-grid">
        <div className="stat-card">
          <h3>Downloads em Progresso</h3>
          <div>{dashboardData.queue_stats.downloading}</div>
        </div>
        <div className="stat-card">
          <h3>Na Fila</h3>
          <div>{dashboardData.queue_stats.pending}</div>
        </div>
        <div className="stat-card">
          <h3>Concluídos</h3>
          <div>{dashboardData.queue_stats.completed}</div>
        </div>
        <div className="stat-card">
          <h3>Falharam</h3>
          <div>{dashboardData.queue_stats.failed}</div>
        </div>
      </div>

      {/* Downloads em Progresso */}
      <h2>Downloads em Progresso</h2>
      <div className="downloads-grid">
        {dashboardData.downloads_in_progress.map((download) => (
          <DownloadCard key={download.id} download={download} />
        ))}
      </div>

      {/* Status da conexão */}
      <div
        className={`connection-status ${
          isConnected ? "connected" : "disconnected"
        }`}
      >
        {isConnected ? "Conectado" : "Desconectado"}
      </div>
    </div>
  );
}

function DownloadCard({ download }) {
  return (
    <div className="download-card">
      <img
        src={download.thumbnail}
        alt={download.title}
        className="thumbnail"
      />
      <div className="download-info">
        <h3>{download.title}</h3>
        <p>
          <strong>URL:</strong>{" "}
          <a href={download.url} target="_blank" rel="noopener noreferrer">
            {download.url}
          </a>
        </p>
        <p>
          <strong>Duração:</strong> {formatDuration(download.duration)}
        </p>
        <p>
          <strong>Qualidade:</strong> {download.quality}
        </p>
        <p>
          <strong>Progresso:</strong> {download.progress.toFixed(1)}%
        </p>
        <div className="progress-bar">
          <div
            className="progress-fill"
            style={{ width: `${download.progress}%` }}
          />
        </div>
        <p>
          <strong>Status:</strong> {download.status}
        </p>
      </div>
    </div>
  );
}

function formatDuration(seconds) {
  const minutes = Math.floor(seconds / 60);
  const remainingSeconds = seconds % 60;
  return `${minutes}:${remainingSeconds.toString().padStart(2, "0")}`;
}
