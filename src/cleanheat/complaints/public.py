"""What other rooms may ask of complaints."""

from cleanheat.complaints.judging import judge_tickets
from cleanheat.complaints.loading import TicketRow, load_tickets, request_judging
from cleanheat.complaints.queries import NUMBERS, TEXTS, TextColumn, TicketColumns, received_count, ticket_columns
from cleanheat.complaints.vocabulary import Category, Channel, Satisfaction, TicketState, Validity

__all__ = [
    "NUMBERS",
    "TEXTS",
    "Category",
    "Channel",
    "Satisfaction",
    "TextColumn",
    "TicketColumns",
    "TicketRow",
    "TicketState",
    "Validity",
    "judge_tickets",
    "load_tickets",
    "received_count",
    "request_judging",
    "ticket_columns",
]
