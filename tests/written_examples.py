"""Files as the product's source texts show them, word for word: every one of them must load."""

from collections.abc import Mapping
from typing import Final


SETTINGS: Final[Mapping[str, str]] = {
    "rate limiting": """
provider_configs:
  claude:
    type: claude
    api_key: ${ANTHROPIC_API_KEY}
    model: claude-3-5-sonnet-20241022

    rate_limits:
      max_requests_minute: 10    # Maximum 10 requests per minute
      max_tokens_hour: 100000     # Maximum 100k tokens per hour
      max_tokens_day: 500000      # Maximum 500k tokens per day
""",
    "rate limits of Anthropic": """
provider_configs:
  claude:
    rate_limits:
      max_requests_minute: 10
      max_tokens_hour: 100000
      max_tokens_day: 1000000
""",
    "rate limits of OpenAI": """
provider_configs:
  openai:
    rate_limits:
      max_requests_minute: 60
      max_tokens_hour: 200000
      max_requests_day: 10000
""",
    "failures": """
# Maximum attempts before giving up on a task
max_attempts_per_task: 3

# Maximum consecutive failures before stopping entirely
max_consecutive_failures: 2

# Per-hook failure behavior
hooks:
  test:
    command: pytest tests/ -v
    stop_on_failure: true   # Stop immediately if this fails

  lint:
    command: ruff check src/
    stop_on_failure: false  # Continue even if this fails
""",
    "non-progress": """
# Enable non-progress detection
detect_non_progress: true  # Default: true
""",
    "prompt templates": """
prompt_templates:
  system: .taskmaster/prompts/system.txt
  task: .taskmaster/prompts/task.txt
  retry: .taskmaster/prompts/retry.txt

  # Template variables
  variables:
    project_name: "My Awesome Project"
    language: "Python"
    tech_stack: "FastAPI, PostgreSQL, React"
    coding_style: "PEP 8, type hints required"
""",
    "prompt context": """
prompt_context:
  include_git_status: true
  include_file_list: true
  include_file_contents: false  # Can be expensive

  max_files_listed: 20
  max_file_size: 10000  # bytes

  # File patterns to include in context
  include_patterns:
    - "*.py"
    - "*.yml"
    - "README.md"

  # File patterns to exclude
  exclude_patterns:
    - "*.pyc"
    - "__pycache__"
    - ".git"
""",
    "a basic hook": """
hooks:
  test:
    command: pytest tests/ -v
    timeout: 300
    stop_on_failure: true
    description: Run test suite
""",
    "a hook with all options": """
hooks:
  comprehensive-test:
    command: pytest tests/ -v --cov=src --cov-report=html
    timeout: 600
    stop_on_failure: true
    description: Run tests with coverage

    # Working directory for command
    working_dir: ./backend

    # Environment variables
    env:
      TESTING: "1"
      DATABASE_URL: "postgresql://localhost/test_db"

    # Retry configuration
    retry_count: 2
    retry_delay: 5  # seconds

    # Output handling
    capture_output: true
    log_output: true
    quiet: false
""",
    "a linting hook": """
hooks:
  lint:
    command: ruff check src/ --fix
    timeout: 60
    stop_on_failure: false  # Don't stop on lint errors
    description: Auto-fix linting issues
""",
    "a hook of several steps": """
hooks:
  full-validation:
    command: |
      ruff check src/ &&
      mypy src/ &&
      pytest tests/ --cov=src --cov-fail-under=80
    timeout: 900
    stop_on_failure: true
    description: Complete validation suite
""",
    "a conditional hook": """
hooks:
  integration-test:
    command: |
      if [ "$CI" = "true" ]; then
        pytest tests/integration/ -v
      else
        echo "Skipping integration tests in local environment"
      fi
    timeout: 600
    stop_on_failure: false
""",
    "hooks in parallel": """
hooks:
  parallel-tests:
    command: |
      pytest tests/unit/ -v & PID1=$!
      pytest tests/integration/ -v & PID2=$!
      wait $PID1 && wait $PID2
    timeout: 600
""",
    "a caching hook": """
hooks:
  cached-test:
    command: |
      # Use pytest-cache to skip successful tests
      pytest tests/ -v --lf --ff
    description: Run tests with last-failed optimization
""",
    "a hook with an environment": """
hooks:
  resource-limited-test:
    command: pytest tests/ -v -n 4  # 4 parallel workers
    env:
      PYTEST_XDIST_AUTO_NUM_WORKERS: "4"
""",
    "alerts": """
# .taskmaster/alerts.yml
alerts:
  - name: high_error_rate
    condition: "error_rate > 5%"
    window: 15m
    severity: critical
    channels: [pagerduty, slack]

  - name: budget_critical
    condition: "daily_cost > daily_budget * 0.95"
    severity: critical
    channels: [pagerduty, slack, email]
    action: switch_to_fallback_models

  - name: circuit_breaker_opened
    condition: "circuit_state == 'OPEN'"
    severity: critical
    channels: [pagerduty, slack]

  - name: schema_violations
    condition: "schema_compliance < 95%"
    window: 1h
    severity: warning
    channels: [slack]
""",
}
"""`.taskmaster.yml`."""

JSON_SETTINGS: Final[Mapping[str, str]] = {
    "runtime profiles": """
{
  "runtimeProfiles": {
    "interactive": {
      "description": "Developer-facing chat and task exploration",
      "model": "claude-3-5-sonnet-20241022",
      "temperature": 0.5,
      "maxTokens": 1500,
      "streaming": true,
      "outputFormat": "markdown",
      "timeout_ms": 30000,
      "retries": 1
    },
    "automation": {
      "description": "CI/CD pipelines, Git hooks, PR bots",
      "model": "claude-3-haiku-20240307",
      "temperature": 0.1,
      "maxTokens": 600,
      "streaming": false,
      "outputFormat": "json",
      "enforceSchema": true,
      "timeout_ms": 20000,
      "retries": 2
    },
    "analysis": {
      "description": "Deep task analysis, complexity assessment, planning",
      "model": "claude-3-5-sonnet-20241022",
      "temperature": 0.3,
      "maxTokens": 2000,
      "streaming": false,
      "outputFormat": "json",
      "citationsRequired": true,
      "timeout_ms": 45000,
      "retries": 1
    }
  }
}
""",
    "cost controls": """
{
  "costControls": {
    "globalBudget": {
      "daily_usd": 50.00,
      "weekly_usd": 250.00,
      "monthly_usd": 800.00,
      "action_on_exceed": "switch_to_fallback"
    },
    "perProfileBudget": {
      "interactive": { "daily_usd": 20.00, "max_requests_per_hour": 100 },
      "automation": { "daily_usd": 10.00, "max_requests_per_hour": 500 },
      "analysis": { "daily_usd": 15.00, "max_requests_per_hour": 50 }
    },
    "alerts": {
      "warn_at_percentage": 80,
      "critical_at_percentage": 95,
      "channels": ["slack", "email"]
    }
  }
}
""",
    "retries": """
{
  "reliability": {
    "retry": {
      "maxAttempts": 3,
      "initialDelay_ms": 1000,
      "maxDelay_ms": 30000,
      "backoffMultiplier": 2,
      "retryableErrors": ["rate_limit_exceeded", "server_error", "timeout"],
      "nonRetryableErrors": ["invalid_api_key", "content_policy_violation"]
    }
  }
}
""",
    "fallback": """
{
  "fallback": {
    "chains": {
      "interactive": [
        { "model": "claude-3-5-sonnet-20241022", "timeout_ms": 30000 },
        { "model": "claude-3-haiku-20240307", "timeout_ms": 15000 },
        { "model": "gpt-4o-mini", "timeout_ms": 20000 }
      ],
      "automation": [
        { "model": "claude-3-haiku-20240307", "timeout_ms": 20000 },
        { "model": "gpt-4o-mini", "timeout_ms": 15000 },
        { "model": "static", "template": ".taskmaster/templates/fallback-review.json" }
      ]
    },
    "circuitBreaker": {
      "failureThreshold": 5,
      "resetTimeout_ms": 60000,
      "halfOpenRequests": 2
    }
  }
}
""",
    "input scanning": r"""
{
  "inputScanning": {
    "enabled": true,
    "rules": [
      {
        "name": "credential_detection",
        "pattern": "(api[_-]?key|secret|password|token)\\s*[=:]\\s*\\S+",
        "action": "redact_and_warn",
        "severity": "high"
      },
      {
        "name": "pii_detection",
        "pattern": "(ssn|social.security|\\b\\d{3}-\\d{2}-\\d{4}\\b)",
        "action": "block",
        "severity": "critical"
      },
      {
        "name": "injection_detection",
        "pattern": "(ignore previous|disregard instructions|new system prompt)",
        "action": "block_and_log",
        "severity": "critical"
      }
    ]
  }
}
""",
    "service levels": """
{
  "slos": {
    "availability": { "target": 99.9, "window": "30d" },
    "latency": {
      "p50_target_ms": 2000,
      "p95_target_ms": 8000,
      "p99_target_ms": 15000,
      "window": "7d"
    },
    "accuracy": {
      "schema_compliance_target": 99.0,
      "citation_compliance_target": 95.0,
      "window": "7d"
    },
    "cost": { "daily_budget_usd": 50.00, "per_request_ceiling_usd": 0.50 }
  }
}
""",
}
"""`.taskmaster/config.json`."""

PLANS: Final[Mapping[str, str]] = {
    "hook composition": """
hooks:
  # Individual hooks
  format:
    command: ruff format src/
    stop_on_failure: false

  lint:
    command: ruff check src/
    stop_on_failure: false

  type-check:
    command: mypy src/
    stop_on_failure: true

  unit-test:
    command: pytest tests/unit/ -v
    stop_on_failure: true

  integration-test:
    command: pytest tests/integration/ -v
    stop_on_failure: true

# Use in tasks
tasks:
  - id: task-1
    title: Implement feature
    pre_hooks:
      - format
      - lint
    post_hooks:
      - type-check
      - unit-test
      - integration-test
""",
    "hooks of services": """
hooks:
  # Backend hooks
  backend-lint:
    command: cd services/backend && ruff check src/
    description: Lint backend service

  backend-test:
    command: cd services/backend && pytest tests/
    description: Test backend service

  # Frontend hooks
  frontend-lint:
    command: cd services/frontend && npm run lint
    description: Lint frontend service

  frontend-test:
    command: cd services/frontend && npm test
    description: Test frontend service

  # Shared hooks
  docker-build:
    command: docker-compose build
    timeout: 1200
    description: Build all services

tasks:
  - id: backend-task
    title: Backend feature
    path: services/backend/
    post_hooks:
      - backend-lint
      - backend-test

  - id: frontend-task
    title: Frontend feature
    path: services/frontend/
    post_hooks:
      - frontend-lint
      - frontend-test
""",
    "hook defaults": """
hook_defaults:
  pre_hooks:
    - format  # Format before AI changes

  post_hooks:
    - lint
    - test

# Tasks automatically get these hooks
tasks:
  - id: task-1
    title: Feature A
    # Inherits default hooks

  - id: task-2
    title: Feature B
    # Override defaults
    post_hooks:
      - lint
      - test
      - integration-test
""",
    "one large task": """
- id: big-task
  title: Build entire authentication system
  description: User model, login, logout, password reset, 2FA, sessions...
""",
    "small tasks": """
- id: auth-1
  title: Create User model
  description: SQLAlchemy User model with email, password hash

- id: auth-2
  title: Implement login
  description: Login endpoint with JWT token generation

- id: auth-3
  title: Add password reset
  description: Password reset flow with email tokens
""",
}
"""`tasks.yml`."""
